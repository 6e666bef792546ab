"""Waits for orders: lends a hand, shows how far they are, and ends with the figures."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import click

from app.cli.dead.words import ending, progress
from app.events import keys
from app.events.scripts import store_errors
from app.repair.order import SETTLING, Order
from app.repair.orders import Orders
from app.services import Services

# How often progress is told: every second first, more seldom the longer it takes.
TELL_S = 1.0
TELL_SHARE = 0.05
# A ticker that says nothing for so long is not there.
SILENT_S = 3.0
NO_WORKER = (
    "all of them wait again, but no worker is running to work them off;"
    " start `hubkeeper worker`, and see `hubkeeper dead orders`"
)


def watch(at: Services, placed: Sequence[Order]) -> None:
    """Wait until the orders have ended; exit 1 if a letter did not come to a good end.

    Workers carry the orders on; where none runs, this command does, so that letters
    can be put back while the service stands still. Ctrl-C ends the watching only.
    """
    try:
        ended = _wait(at, placed)
    except KeyboardInterrupt:
        names = " ".join(f"{order.portal}/{order.id}" for order in placed)
        click.echo(
            f"\nwatching ends; a worker goes on with it. `hubkeeper dead stop {names}`"
            " stops it"
        )
        sys.exit(130)
    for order in ended:
        click.echo(ending(order))
    if any(order.failed or order.died for order in ended):
        sys.exit(1)


def _wait(at: Services, placed: Sequence[Order]) -> list[Order]:
    orders = Orders(at)
    began = told_at = heard_at = time.monotonic()
    while True:
        rest = min(orders.step(order.portal) for order in placed)
        now = [orders.get(order.portal, order.id) for order in placed]
        active = [order for order in now if order.is_active]
        if not active:
            return now
        if _ticks(at):
            heard_at = time.monotonic()
        elif time.monotonic() - heard_at > SILENT_S and _all_moved(active):
            click.echo(NO_WORKER)
            return now
        moment = time.monotonic()
        if moment - told_at >= max(TELL_S, TELL_SHARE * (moment - began)):
            told_at = moment
            _tell(at, active)
        time.sleep(rest)


def _all_moved(orders: Sequence[Order]) -> bool:
    return all(order.state == SETTLING for order in orders)


def _ticks(at: Services) -> bool:
    with store_errors():
        return bool(at.store.exists(keys.TICKER))


def _tell(at: Services, orders: Sequence[Order]) -> None:
    for order in orders:
        line = progress(order, at.books.calls_made(order.portal))
        paused = at.throttle.paused(order.portal)
        click.echo(f"{line}  (paused: {paused[1]})" if paused else line)
