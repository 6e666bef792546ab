"""What happens next, to a contact and to its portal: pure functions of the errors."""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeGuard

from app.errors import (
    ActionOutcome,
    Denied,
    HubkeeperError,
    HubSpotError,
    LeaseLost,
    ServerBroken,
    Snooze,
    Stopped,
    StoreDown,
    Throttled,
    Unreachable,
    Verdict,
)
from app.events.illness import Kind
from workers import action
from workers.rules import rule

FIRST_DELAY_S = 5.0
LONGEST_DELAY_S = 3600.0
# A bug does not mend itself: three tries tell it from a bad moment.
BUG_ATTEMPTS = 3
LONGEST_SNOOZE_S = 7 * 24 * 3600.0
# In a traceback the frame below the last one of these files is the action's.
ASKS = frozenset({action.__file__, rule.__file__})
# A limit that takes longer holds all calls (a pause), and then ends for all at once.
LONGEST_LIMIT_S = 60.0
# A call that is denied while others are answered is tried again within this time, and
# forgotten when nobody has met with it for as long as that and half an hour.
LONGEST_DENIED_S = 600.0
DENIED_FORGOTTEN_S = LONGEST_DENIED_S + 1800.0
# An ill portal rests longer and longer, up to so many times the first rest.
LONGEST_REST = 12
# A day's limit ends at midnight, or when somebody has more granted.
DAILY_REST_S = 600.0


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


@dataclass(frozen=True, slots=True)
class Findings:
    """What the failed contacts of a round have in common.

    Attributes:
        innocent: the portal is at fault, not they: they wait, at no attempt's cost.
        wait_s: for how long, if so; none where the whole portal rests.
        denied_s: for how long HubSpot has denied some calls while it answers others.

    """

    innocent: bool = False
    wait_s: float = 0.0
    denied_s: float = 0.0


NOTHING_FOUND = Findings()
# Due at once: nobody takes them in hand before the portal is well.
PORTAL_ILL = Findings(innocent=True)
NOBODY_KNOWS = Findings(innocent=True, wait_s=FIRST_DELAY_S)


def is_suspect(error: BaseException | None) -> TypeGuard[HubSpotError]:
    """Tell whether an error may be the whole portal's, and no contact's at all."""
    portals_own = isinstance(error, Unreachable | ServerBroken | Denied)
    return portals_own or is_daily_limit(error)


def is_daily_limit(error: BaseException | None) -> TypeGuard[HubSpotError]:
    """Tell whether the portal may make no more calls today."""
    return isinstance(error, Throttled) and error.sub_category == "DAILY"


def diagnose(problem: HubSpotError | None) -> Kind | None:
    """Tell from the answer to a call that always works what the portal is ill with."""
    if is_daily_limit(problem):
        return Kind.DAILY_LIMIT
    match problem:
        case Unreachable() | ServerBroken():
            return Kind.OUTAGE
        case Denied():
            return Kind.DENIED
    return None


def rest_s(kind: Kind, checks: int, first_s: float, midnight_s: float | None) -> float:
    """Return how long an ill portal rests before HubSpot is asked again.

    Args:
        kind: what it is ill with.
        checks: how often HubSpot was asked in vain.
        first_s: the first rest.
        midnight_s: seconds until the account's day ends, None if nobody knows.

    """
    if kind is not Kind.DAILY_LIMIT:
        return first_s * min(LONGEST_REST, 1 << min(checks, LONGEST_REST))
    if midnight_s is None:
        return DAILY_REST_S
    return max(first_s, min(DAILY_REST_S, midnight_s + 1))


def decide(
    error: BaseException,
    attempts: int,
    most: int,
    jitter: Callable[[float, float], float],
    findings: Findings = NOTHING_FOUND,
) -> Decision:
    """Decide from the class of the error.

    Args:
        error: what went wrong.
        attempts: how many attempts failed before this one.
        most: failed attempts after which the contact is a dead letter.
        jitter: random.uniform, or something predictable.
        findings: what is known of the whole portal.

    """
    verdict = _verdict(error)
    words = _storable(str(error) or type(error).__name__)
    if findings.innocent and is_suspect(error):
        return Decision(Verdict.WAIT, delay_s=findings.wait_s, error=words)
    if verdict is Verdict.PAUSE:
        wait_s = min(LONGEST_DENIED_S, max(FIRST_DELAY_S, findings.denied_s))
        return Decision(verdict, delay_s=wait_s * jitter(0.5, 1.0), error=words)
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
    asked = [n for n, frame in enumerate(frames) if frame.filename in ASKS]
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
    if isinstance(error, HubSpotError | ActionOutcome | LeaseLost | Stopped):
        return error.verdict
    return Verdict.WAIT if isinstance(error, StoreDown) else Verdict.RETRY


def _wait_s(error: BaseException) -> float:
    if isinstance(error, Snooze):
        return max(0.0, min(error.seconds, LONGEST_SNOOZE_S))
    if isinstance(error, Throttled):
        wait_s = error.retry_after or 1.0
        # 423 is about one record, and nothing else waits for it.
        return wait_s if error.status == 423 else min(wait_s, LONGEST_LIMIT_S)
    return 0.0 if isinstance(error, Stopped) else 1.0
