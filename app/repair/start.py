"""Begins sweeps, and takes up those that were left before their end."""

from __future__ import annotations

from app.errors import ConfigError
from app.events import keys
from app.events.sweeps import Sweep
from app.hubspot.client import HubSpot
from app.repair.sweep import Sweeper
from app.repair.wait import Quota
from app.repair.walk import Changed, Everybody
from app.services import Services


def portal_of(services: Services) -> str:
    """Return the portal that the token opens.

    Raises:
        HubSpotError: HubSpot could not be asked.

    """
    details = services.clients.unchecked(keys.NOWHERE).account.details()
    return details.portal_id


def backfill(
    services: Services, portal: str, *, again: bool = False, share: float | None = None
) -> Sweeper:
    """Return the way over all contacts, taken up where it was left.

    Args:
        services: what it works with.
        portal: whose contacts.
        again: begin with the first contact, also if one was left.
        share: of the day's calls, after which it waits; DAILY_SHARE if not given.

    Raises:
        HubSpotError: HubSpot could not be asked.

    """
    hubspot = client(services, portal)
    walk = Everybody(hubspot)
    sweep = None if again else _unfinished(services, portal, "backfill")
    if sweep is None:
        sweep = services.sweeps.begin(portal, "backfill", total=walk.total())
    return Sweeper(services, sweep, walk, quota(services, hubspot, share))


def reconcile(
    services: Services,
    portal: str,
    *,
    since: float | None = None,
    until: float = 0.0,
    again: bool = False,
    share: float | None = None,
) -> Sweeper:
    """Return the way over contacts that changed, taken up if one was left.

    One that was left is taken up if it looks for all that is wanted, and more perhaps.

    Args:
        services: what it works with.
        portal: whose contacts.
        since: changes from then on, epoch seconds; None only takes up.
        until: changes up to then; 0 goes on to the present.
        again: begin anew, also if one was left.
        share: of the day's calls, after which it waits; DAILY_SHARE if not given.

    Raises:
        ConfigError: there is nothing to take up, and no beginning was given.
        HubSpotError: HubSpot could not be asked.

    """
    hubspot = client(services, portal)
    left = None if again else _unfinished(services, portal, "reconcile")
    if left and (since is None or _covers(left, since, until)):
        sweep = left
    elif since is None:
        raise ConfigError("no reconcile was left before its end; say --since, e.g. 2h")
    else:
        sweep = services.sweeps.begin(portal, "reconcile", since=since, until=until)
    goal = sweep.until or sweep.taken_at
    walk = changed(services, hubspot, sweep, goal)
    return Sweeper(services, sweep, walk, quota(services, hubspot, share))


def client(services: Services, portal: str) -> HubSpot:
    """Return a client that leaves room for what people wait for.

    Raises:
        Denied: the token is of another portal.
        HubSpotError: HubSpot could not be asked.

    """
    return services.clients.of(portal).for_round(before_call=_ready, lane="bulk")


def quota(services: Services, hubspot: HubSpot, share: float | None = None) -> Quota:
    """Return the watch over the day's calls."""
    ours = services.settings.daily_share if share is None else share
    return Quota(hubspot, ours)


def changed(
    services: Services,
    hubspot: HubSpot,
    sweep: Sweep,
    goal: float,
    new_since: float | None = None,
) -> Changed:
    """Return the walk of a reconcile."""
    return Changed(
        hubspot,
        sweep.since,
        goal,
        until=sweep.until,
        lag_s=services.settings.search_lag_s,
        new_since=new_since,
    )


def _unfinished(services: Services, portal: str, name: str) -> Sweep | None:
    sweep = services.sweeps.take(portal, name)
    return sweep if sweep and not sweep.ended_at else None


def _covers(sweep: Sweep, since: float, until: float) -> bool:
    return sweep.since <= since and sweep.until == until


def _ready() -> None:
    """Let every call go."""
