"""Letters, plans and orders as people read them in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from app.events.dead import DeadLetter
from app.repair import forecast
from app.repair.advice import advice
from app.repair.order import DONE, REPLAY, Order
from app.repair.orders import outcome
from app.repair.plan import Plan

LONGEST_ERROR = 300


def at_time(seconds: float) -> str:
    """Return a time of the store."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def about_letter(letter: DeadLetter) -> str:
    """Return a letter as some lines of the list."""
    what = letter.reason + (f" ({letter.error_class})" if letter.error_class else "")
    again = f", replayed {letter.replays} times" if letter.replays else ""
    action = f", {letter.action}" if letter.action else ""
    return (
        f"{letter.portal}/{letter.id}  contact {letter.contact_id}  {what}{action}"
        f"  {letter.events} events, {letter.attempts} attempts{again},"
        f" {at_time(letter.buried_at)}"
        f"\n    {letter.error[:LONGEST_ERROR]}"
        f"\n    {advice(letter)}"
    )


def about_plan(plan: Plan, verb: str) -> Iterator[str]:
    """Yield the lines of a plan."""
    least = "" if plan.complete else "at least "
    yield (
        f"portal {plan.portal}: {verb} {least}{plan.letters} letters with"
        f" {plan.events} events of {plan.contacts} contacts ({plan.filter})"
    )
    yield "  " + ", ".join(f"{n} {name}" for name, n in plan.errors.items())
    for letter in plan.sample:
        yield f"  e.g. {letter.portal}/{letter.id}: {letter.error[:100]}"
    yield f"  at {plan.rate:g} letters/s it takes at least {plan.seconds:.0f} s"
    if verb == REPLAY:
        yield f"  {_cost(plan)}"


def _cost(plan: Plan) -> str:
    parts = [forecast.words(plan.calls)]
    if plan.allowance is not None:
        parts.append(f"{plan.allowance:.0%} of the allowance in that time")
    if plan.day is not None:
        parts.append(f"{plan.day:.1%} of what is left of the day's calls")
    return ", ".join(parts)


def about_order(order: Order) -> str:
    """Return an order as some lines of the list."""
    why = f" ({order.reason})" if order.reason else ""
    remark = f"\n    {order.remark}" if order.remark else ""
    return (
        f"{order.portal}/{order.id}  {order.verb}  {order.state}  {order.who}"
        f"  {at_time(order.placed_at)}{why}"
        f"\n    {order.filter}; {order.rate:g} letters/s"
        f"\n    {outcome(order)}{remark}"
    )


def progress(order: Order, calls: int) -> str:
    """Return one line about how far an order is.

    Args:
        order: as it stands.
        calls: API calls of the portal so far.

    """
    of_all = f" of {order.planned}" if order.planned else ""
    line = f"{order.verb} {order.portal}/{order.id}: {order.letters}{of_all} letters"
    if order.verb == REPLAY:
        made = max(0, calls - order.calls_before)
        line += f", {order.settled} settled, {order.died} died again, {made} calls"
    return f"{line}  ({order.remark})" if order.remark else line


def ending(order: Order) -> str:
    """Return the last line about an order."""
    verb = "replayed" if order.verb == REPLAY else "discarded"
    line = f"{order.letters} letters ({order.events} events) {verb}"
    line += f" in {order.seconds:.1f} s" if not order.is_active else ""
    if order.verb == REPLAY:
        line += f": {order.settled} settled, {order.died} died again"
        line += f", {order.open} still wait" if order.open else ""
    if order.verb == REPLAY and not order.is_active:
        each = order.calls / order.letters if order.letters else 0.0
        line += f"; {order.calls} HubSpot calls meanwhile, {each:.3f} per letter"
    if order.failed:
        line += f"; {order.failed} could not be replayed, e.g. {order.problem}"
    return line if order.state == DONE else f"{line} ({order.state})"
