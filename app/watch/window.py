"""Which share of a portal's contacts failed within the last minutes.

The books count since ever; a few samples of them tell what is new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SPAN_S = 300.0
APART_S = 30.0
# Fewer failures within the span are no trend: one contact alone may fail that often.
FEWEST = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """What the books of a portal said at a time.

    Attributes:
        at: epoch seconds.
        failed: attempts that failed and contacts that were buried, since ever.
        ended: contacts whose round ended well, since ever.

    """

    at: float
    failed: int
    ended: int


def keep(samples: Sequence[Sample], latest: Sample) -> list[Sample]:
    """Return the samples that are still needed, the oldest first.

    A portal where nothing happens keeps one, however old.
    """
    if samples and _precedes(latest, samples[-1]):
        samples = ()  # the books began anew
    since = latest.at - SPAN_S
    outdated = sum(sample.at <= since for sample in samples)
    kept = list(samples[max(0, outdated - 1) :])
    if not kept:
        return [latest]
    moved = (latest.failed, latest.ended) != (kept[-1].failed, kept[-1].ended)
    return [*kept, latest] if moved and latest.at - kept[-1].at >= APART_S else kept


def failures(samples: Sequence[Sample], latest: Sample) -> tuple[int, int]:
    """Return how many failed within the span, and of how many."""
    first = samples[0] if samples else latest
    if _precedes(latest, first):
        return 0, 0
    failed = latest.failed - first.failed
    return failed, failed + latest.ended - first.ended


def _precedes(one: Sample, other: Sample) -> bool:
    return one.failed < other.failed or one.ended < other.ended
