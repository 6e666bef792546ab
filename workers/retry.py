"""What happens next to a contact whose round met an error: one pure function."""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from app.errors import (
    ActionOutcome,
    HubkeeperError,
    HubSpotError,
    LeaseLost,
    Snooze,
    StoreDown,
    Throttled,
    Verdict,
)
from workers.rules import rule

FIRST_DELAY_S = 5.0
LONGEST_DELAY_S = 3600.0
# A bug does not mend itself: three tries tell it from a bad moment.
BUG_ATTEMPTS = 3
# How long a portal whose token is refused stands still before one more try.
DENIED_PAUSE_S = 60.0
LONGEST_SNOOZE_S = 7 * 24 * 3600.0
# In a traceback the frame below the last one of this file is the action's.
ASKS = rule.__file__


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with the contact.

    Attributes:
        verdict: see Verdict; a RETRY that was one too many is a BURY here.
        delay_s: for RETRY, WAIT and PAUSE.
        reason: for BURY, in one word.
        error: the error in words.
        detail: the traceback, where it is a bug.
        error_class: name of the error's class.
        category: HubSpot's name for the kind of error, "" where it is not HubSpot's.
        correlation_id: what HubSpot's support asks for, likewise.
        location: file:line of the action that raised it, or of the bug; "" where it
            is neither.

    """

    verdict: Verdict
    delay_s: float = 0.0
    reason: str = ""
    error: str = ""
    detail: str = ""
    error_class: str = ""
    category: str = ""
    correlation_id: str = ""
    location: str = ""


def decide(
    error: BaseException,
    attempts: int,
    most: int,
    jitter: Callable[[float, float], float],
) -> Decision:
    """Decide from the class of the error.

    Args:
        error: what went wrong.
        attempts: how many attempts failed before this one.
        most: failed attempts after which the contact is a dead letter.
        jitter: random.uniform, or something predictable.

    """
    verdict = _verdict(error)
    words = _storable(str(error) or type(error).__name__)
    if verdict is Verdict.RETRY:
        known = isinstance(error, HubkeeperError) and not _is_endless(error)
        trace = "" if known else "".join(traceback.format_exception(error))
        detail = _storable(trace)
        if attempts + 1 >= (most if known else BUG_ATTEMPTS):
            reason = "attempts" if known else "bug"
            return _burial(error, reason, words, detail)
        delay_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2**attempts) * jitter(0.5, 1.0)
        return Decision(verdict, delay_s=delay_s, error=words, detail=detail)
    if verdict is Verdict.BURY:
        return _burial(error, "refused", words)
    return Decision(verdict, delay_s=_wait_s(error), error=words)


def _burial(
    error: BaseException, reason: str, words: str, detail: str = ""
) -> Decision:
    """Decide that a person must look, and say all that helps."""
    told = error if isinstance(error, HubSpotError) else HubSpotError("")
    return Decision(
        Verdict.BURY,
        reason=reason,
        error=words,
        detail=detail,
        error_class=type(error).__name__,
        category=_storable(told.category),
        correlation_id=_storable(told.correlation_id),
        location=_storable(location(error)),
    )


def location(error: BaseException) -> str:
    """Return file:line of the action that raised the error, or of a bug of ours."""
    frames = traceback.extract_tb(error.__traceback__)
    asked = [n for n, frame in enumerate(frames) if frame.filename == ASKS]
    bug = not isinstance(error, HubkeeperError)
    inner = frames[asked[-1] + 1 :] if asked else frames[-1:] if bug else []
    return f"{inner[0].filename}:{inner[0].lineno}" if inner else ""


def _storable(text: str) -> str:
    """Return a text that can be stored, whatever an action put into its error."""
    return text.encode("utf-8", "replace").decode()


def _is_endless(error: BaseException) -> bool:
    """Tell whether it is a snooze whose seconds are no number; NaN is none."""
    if not isinstance(error, Snooze):
        return False
    seconds: object = error.seconds
    return not (isinstance(seconds, int | float) and -math.inf < seconds < math.inf)


def _verdict(error: BaseException) -> Verdict:
    if _is_endless(error):
        return Verdict.RETRY
    if isinstance(error, HubSpotError | ActionOutcome | LeaseLost):
        return error.verdict
    return Verdict.WAIT if isinstance(error, StoreDown) else Verdict.RETRY


def _wait_s(error: BaseException) -> float:
    if isinstance(error, Snooze):
        return max(0.0, min(error.seconds, LONGEST_SNOOZE_S))
    if isinstance(error, Throttled):
        return error.retry_after or 1.0
    return DENIED_PAUSE_S if _verdict(error) is Verdict.PAUSE else 1.0
