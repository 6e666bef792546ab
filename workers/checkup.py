"""Finds out whether a whole portal is ill, and when it is well again.

Contacts fail one by one, but if HubSpot is down, or the token is refused, it is not
their fault. So one cheap call asks HubSpot how it is. If that fails as well, the portal
rests: its contacts wait, and nobody takes any in hand. When the rest is over one worker
asks again, and the others follow its word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app import logs
from app.errors import Denied, HubSpotError, Snooze, Stopped, StoreDown
from app.events.illness import Illness, Kind
from app.services import Services
from workers import retry
from workers.retry import NOBODY_KNOWS, NOTHING_FOUND, PORTAL_ILL, Findings

# Longer than a check takes, besides the time for the answer.
TURN_S = 20.0

log = logs.get()

OnRecovery = Callable[[str, Illness], None]


def do_nothing(portal: str, illness: Illness) -> None:
    """Take note of a portal that is well again."""


def examine(
    services: Services,
    portal: str,
    errors: Iterable[Exception | None],
    hold: Callable[[], None],
) -> Findings:
    """Look at what the contacts of a round have failed with; ask HubSpot if need be.

    Args:
        services: what the round works with.
        portal: whose contacts they are.
        errors: of each contact, None for none.
        hold: called before the call, to keep the contacts ours.

    """
    suspects = [each for each in errors if retry.is_suspect(each)]
    if not suspects:
        return NOTHING_FOUND
    if services.illnesses.illness_of(portal):
        return PORTAL_ILL
    daily = next(filter(retry.is_daily_limit, suspects), None)
    try:
        problem = daily or ask(services, portal, hold)
    except (Snooze, Stopped):  # the round has to end before anybody is asked
        return NOBODY_KNOWS
    kind = retry.diagnose(problem)
    if problem and kind:
        fall_ill(services, portal, kind, problem)
        return PORTAL_ILL
    if problem and problem.status is None:
        return NOBODY_KNOWS  # our own throttle let the question not go out
    if services.illnesses.recovered_lately(portal):
        return NOBODY_KNOWS  # the calls may have been made before that
    denials = [each for each in suspects if isinstance(each, Denied)]
    if not denials:
        return NOTHING_FOUND
    return Findings(denied_s=complain(services, portal, denials))


def ask(
    services: Services, portal: str, hold: Callable[[], None] = lambda: None
) -> HubSpotError | None:
    """Make one cheap call; return what came of it if it was not answered."""
    try:
        services.clients.check(portal, hold)
    except HubSpotError as error:
        return error
    return None


def fall_ill(
    services: Services,
    portal: str,
    kind: Kind,
    problem: HubSpotError,
    *,
    again: bool = False,
) -> None:
    """Let the portal rest, and say so once; `again`: after a rest, for longer."""
    note = services.illnesses.suffer(portal, kind, str(problem), again=again)
    rest(services, portal, kind, note.checks, problem)
    if note.new:
        log.error("portal_ill", portal=portal, kind=kind.value, error=str(problem))


def rest(
    services: Services, portal: str, kind: Kind, checks: int, problem: HubSpotError
) -> None:
    """Let no call go out until HubSpot is asked again."""
    midnight_s = None
    if kind is Kind.DAILY_LIMIT:
        # The client cannot know when the day ends, and may have paused beyond it.
        services.throttle.resume(portal)
        midnight_s = services.clients.until_midnight(portal)
    pause_s = retry.rest_s(kind, checks, services.settings.pause_s, midnight_s)
    services.throttle.pause(portal, pause_s, f"{kind.words}: {problem}")


def complain(services: Services, portal: str, denials: list[Denied]) -> float:
    """Say once which calls are denied; return for how long they have been."""
    reason = str(denials[0])
    note = services.illnesses.complain(portal, reason, ttl_s=retry.DENIED_FORGOTTEN_S)
    if note.new:
        log.error("calls_denied", portal=portal, error=reason)
    return note.lasted_s


def may_work(services: Services, portal: str, on_recovery: OnRecovery) -> bool:
    """Tell whether the portal is well; ask HubSpot if that has to be found out.

    Args:
        services: what a round works with.
        portal: whose contacts are due.
        on_recovery: called with what it was ill with, by the one who finds it well,
            before anybody works on it; again, should that one die of it.

    """
    if services.illnesses.illness_of(portal) is None:
        return True
    turn_s = services.settings.http_timeout_s + TURN_S
    if not services.illnesses.take_turn(portal, turn_s):
        return False
    try:
        # Somebody may have had a turn since we looked.
        illness = services.illnesses.illness_of(portal)
        if illness is None or services.throttle.paused(portal):
            return illness is None
        return _is_well(services, portal, illness, on_recovery)
    finally:
        services.illnesses.give_turn(portal)


def _is_well(
    services: Services, portal: str, illness: Illness, on_recovery: OnRecovery
) -> bool:
    problem = ask(services, portal)
    kind = retry.diagnose(problem)
    if problem and kind:
        fall_ill(services, portal, kind, problem, again=True)
        return False
    if problem and problem.status is None:
        return False  # our own throttle let the question not go out
    try:
        on_recovery(portal, illness)
    except StoreDown:
        raise  # it is asked again, and followed up then
    except Exception:  # nobody is to stay ill for what comes after
        log.error("recovery_not_followed_up", portal=portal, exc_info=True)
    lasted_s = services.illnesses.end(portal, recent_s=services.settings.lease_s)
    log.info(
        "portal_recovered",
        portal=portal,
        kind=illness.kind.value,
        lasted_s=round(lasted_s or 0.0, 1),
    )
    return True
