"""The pages that show; nothing here changes anything."""

from __future__ import annotations

import itertools
from typing import Any

from flask import render_template, request

from app.events.deliveries import Search
from app.events.delivery import OUTCOMES, TALLY
from app.repair import filter as filters
from app.repair import letters, placing, selection
from app.repair.advice import advice
from app.repair.audit import Audit
from app.repair.filter import Filter, FilterSchema, Unclear
from app.repair.order import DISCARD, REPLAY, Order
from app.repair.orders import Orders, outcome
from app.services import Services
from app.web.ops import overview
from app.web.ops.api import portals
from app.web.ops.desk import Desk

ROWS = 50
PLACES = {
    "": "Nothing of it waits.",
    "live": "It waits.",
    "bulk": "It waits behind what people did.",
    "suspect": "It waits; a worker died while it had it in hand.",
    "leased": "It is in a worker's hands.",
}


class Pages:
    """Each method answers one address."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def _at(self) -> Services:
        return self._desk.services

    def overview(self) -> str:
        """Is all well?"""
        return render_template("overview.html", seen=overview.look(self._at))

    def deliveries(self) -> str:
        """What came to the door."""
        asked = request.args
        outcome_ = asked.get("outcome", "")
        if outcome_ not in ("", *OUTCOMES):
            raise Unclear(f"no delivery has the outcome {outcome_!r:.40}")
        since = asked.get("since", "")
        search = Search(
            asked.get("portal") or None,
            outcome_ or None,
            filters.moment(since) if since else None,
            asked.get("contact") or None,
        )
        found = list(itertools.islice(self._at.deliveries.latest(search), ROWS))
        return render_template(
            "deliveries.html", found=found, outcomes=OUTCOMES, tally=TALLY, most=ROWS
        )

    def delivery(self, id_: str) -> str:
        """One delivery, and the events it held."""
        found = self._at.deliveries.get(id_)
        if found is None:
            raise LookupError(f"there is no delivery {id_:.40} (any more)")
        events = self._at.deliveries.events(found)
        return render_template(
            "delivery.html", delivery=found, events=events, tally=TALLY
        )

    def dead(self) -> str:
        """Dead letters, the newest first, with what to do about each."""
        conditions = conditions_of(request.args)
        filter_ = filters.parse(conditions)
        page = selection.page(
            self._at, filter_, request.args.get("after", ""), ROWS, newest_first=True
        )
        return render_template(
            "dead.html",
            page=page,
            conditions=conditions,
            is_empty=filter_.is_empty,
            advice=advice,
        )

    def letter(self, portal: str, id_: str) -> str:
        """One dead letter, without anybody's values."""
        return letter_page(self._at, portal, id_)

    def plan(self) -> str:
        """What an order would mean, before it is placed."""
        conditions = conditions_of(request.args)
        filter_ = filters.parse(conditions)
        verb = request.args.get("verb", REPLAY)
        if verb not in (REPLAY, DISCARD):
            raise Unclear(f"{verb!r:.40} is nothing that can be ordered")
        planned = placing.plans(
            self._at,
            filter_,
            rate_of(request.args.get("rate", "")),
            everything=filter_.is_empty and "everything" in request.args,
        )
        return render_template(
            "plan.html",
            plans=planned,
            verb=verb,
            filter=filter_,
            conditions=conditions,
            exactly=exactly(filter_),
            rate=planned[0].rate if planned else "",
        )

    def orders(self) -> str:
        """What was ordered."""
        every = Orders(self._at)
        asked = portals(self._at, request.args.get("portal", ""))
        found = [order for portal in asked for order in every.all(portal)]
        found.sort(key=lambda order: order.placed_at, reverse=True)
        return render_template("orders.html", orders=found[:ROWS], said=outcome)

    def order(self, portal: str, id_: str) -> str:
        """How far an order is."""
        order = Orders(self._at).get(portal, id_)
        return render_template(
            "order.html", order=order, said=outcome, done=progress(order)
        )

    def contact(self) -> str:
        """Where a contact stands, and what became of it."""
        contact = request.args.get("contact", "").strip()
        asked = portals(self._at, request.args.get("portal", "")) if contact else []
        trails = [
            (
                portal,
                self._at.trail.standing(portal, contact),
                self._at.trail.finished(portal, contact, ROWS),
            )
            for portal in asked
        ]
        known = [row for row in trails if row[1].place or row[1].letters or row[2]]
        return render_template(
            "contact.html", contact=contact, trails=known, places=PLACES
        )

    def audit(self) -> str:
        """Who did what."""
        lines = [
            (portal, line)
            for portal in portals(self._at, request.args.get("portal", ""))
            for line in Audit(self._at).latest(portal, ROWS)
        ]
        lines.sort(key=lambda row: row[1].at, reverse=True)
        return render_template("audit.html", lines=lines[:ROWS], most=ROWS)


def letter_page(at: Services, portal: str, id_: str, **more: Any) -> str:
    """Return the page of a letter; `shows_values` is whether it shows them."""
    view = letters.view(at, portal, id_)
    return render_template(
        "letter.html", view=view, letter=view.letter, most=ROWS, **more
    )


def conditions_of(given: Any) -> dict[str, str]:
    """Return the conditions of a filter that are in a form, by name."""
    names = FilterSchema().fields
    return {n: v for n in names if (v := given.get(n, "").strip())}


def exactly(filter_: Filter) -> dict[str, str]:
    """Return the conditions so that a form says the same later: "2h" is a time now."""
    return {
        name: ",".join(value) if isinstance(value, list) else str(value)
        for name, value in filter_.to_mapping().items()
    }


def rate_of(text: str) -> float | None:
    """Return letters per second; None where nothing was said.

    Raises:
        Unclear: it is no number.

    """
    try:
        return float(text) if text.strip() else None
    except ValueError as error:
        raise Unclear(f"{text!r:.40} is no rate") from error


def progress(order: Order) -> tuple[int, int]:
    """Return how much of an order is done, and of how much; 0 is not known."""
    of_all = order.planned or (order.letters if order.state != "running" else 0)
    done = order.letters if order.verb == DISCARD else order.settled + order.died
    return min(done, of_all) if of_all else done, of_all
