"""What is replayed without a person's hand, when what killed it is over."""

from __future__ import annotations

from app.repair.filter import Filter
from app.repair.order import REPLAY, Order
from app.repair.orders import Orders
from app.repair.selection import each
from app.services import Services

# What says that HubSpot or the token was at fault, and not the contact.
OUTAGES = ("ServerBroken", "Unreachable", "Denied")


def replay_after_recovery(
    services: Services, portal: str, since: float
) -> Order | None:
    """Order a replay of what died of an outage, or of a token that was refused.

    Args:
        services: where the letters are.
        portal: that is well again.
        since: when the trouble began, epoch seconds.

    Returns the order, or None if nothing died of it.

    Raises:
        StoreDown: the store did not answer.

    """
    filter_ = Filter(portal=portal, errors=OUTAGES, since=since)
    if next(each(services.dead, portal, filter_), None) is None:
        return None
    reason = "HubSpot is well again, or the token is"
    return Orders(services).place(REPLAY, filter_, "hubkeeper", reason=reason)
