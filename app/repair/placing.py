"""From a filter to orders: a plan for each portal first, then an order for each plan.

The command, the API and the dashboard all come this way.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.repair import plan
from app.repair.filter import Filter
from app.repair.order import Order
from app.repair.orders import Orders, refuse_empty
from app.repair.plan import Plan
from app.services import Services


def plans(
    services: Services,
    filter_: Filter,
    rate: float | None = None,
    *,
    everything: bool = False,
) -> list[Plan]:
    """Return what an order would mean for each portal; changes nothing.

    Raises:
        Unclear: the filter is empty and `everything` is not said, or the rate is none.

    """
    refuse_empty(filter_, everything)
    return plan.make(services, filter_, rate)


def place(
    services: Services,
    planned: Sequence[Plan],
    verb: str,
    who: str,
    *,
    reason: str = "",
    everything: bool = False,
) -> list[Order]:
    """Order what was planned, portal by portal.

    Raises:
        Unclear: the verb is none, or see `plans`.

    """
    return [
        Orders(services).place(
            verb,
            each.filter,
            who,
            rate=each.rate,
            reason=reason,
            planned=each.letters if each.complete else 0,
            everything=everything,
        )
        for each in planned
    ]
