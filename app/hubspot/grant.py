"""What the throttle's script answers to whoever asks for a call."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import Throttled

# Which window is full, in words; a pause has words of its own.
WORDS = {
    "calls": "the allowance of calls is used up",
    "search": "the allowance of searches is used up",
    "associations": "the allowance of association calls is used up",
    "daily": "the calls of the day are used up",
}


@dataclass(frozen=True, slots=True)
class Grant:
    """The answer; `ours` and `foreign` are calls in the window."""

    granted: bool
    wait_s: float
    why: str
    told: int
    ours: int
    foreign: int

    def too_long(self, portal: str) -> Throttled:
        """Return what to raise when nobody wants to wait for so long."""
        why = WORDS.get(self.why, self.why)
        return Throttled(
            f"portal {portal} has to wait {self.wait_s:.1f} s before its next call:"
            f" {why}",
            retry_after=self.wait_s,
        )
