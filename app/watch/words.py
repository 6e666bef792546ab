"""How alerts name times, spans and amounts."""

from __future__ import annotations

from datetime import UTC, datetime

from app import logs

# What is longer is cut: an alert is read on a telephone.
LONGEST = 300


def span(seconds: float) -> str:
    """Return a span in the unit that a person would use, e.g. "25 min"."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def moment(at: float) -> str:
    """Return a point in time, e.g. "2026-03-01 14:05 UTC"."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def megabytes(amount: float) -> str:
    """Return an amount of memory."""
    return f"{amount / 1024 / 1024:,.0f} MB"


def share(of_one: float) -> str:
    """Return a share in percent."""
    return f"{of_one:.0%}"


def harmless(text: str) -> str:
    """Return somebody else's words on one line, without secrets and personal data."""
    line = logs.mask(None, "", {"error": " ".join(text.split())})
    return str(line["error"])[:LONGEST]
