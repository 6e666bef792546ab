"""What people do on the dashboard; each deed is in the audit, with who did it."""

from __future__ import annotations

import orjson
from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.repair import filter as filters
from app.repair import letters, placing
from app.repair.audit import Audit, Line
from app.repair.filter import Unclear
from app.repair.letters import Outcome
from app.repair.orders import Orders
from app.services import Services
from app.web.ops.desk import Desk
from app.web.ops.pages import conditions_of, letter_page, rate_of


class Deeds:
    """Each method takes one form."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def _at(self) -> Services:
        return self._desk.services

    def show(self, portal: str, id_: str) -> str:
        """Show a letter with the values in it; that somebody looked is written down."""
        letter = letters.view(self._at, portal, id_).letter
        line = Line(g.who, "show values", id_, 1, letter.events)
        Audit(self._at).write(portal, line)
        return letter_page(self._at, portal, id_, shows_values=True)

    def edit(self, portal: str, id_: str) -> AnyResponse:
        """Let a replay take another form of an event, and replay it if so wished."""
        deed, place = request.form.get("deed", ""), request.form.get("place", "")
        if not (place.isdecimal() and len(place) < 6):
            raise Unclear("the form does not say which event is meant")
        payload = None if deed == "restore" else payload_of(request.form["payload"])
        letters.edit(self._at, portal, id_, int(place), payload, g.who)
        if deed == "replay":
            return self.replay(portal, id_)
        return redirect(url_for("ops.letter", portal=portal, id_=id_), 303)

    def replay(self, portal: str, id_: str) -> AnyResponse:
        """Let a letter wait again."""
        contact = letters.view(self._at, portal, id_).letter.contact_id
        moved(letters.replay(self._at, portal, [id_], g.who))
        if not contact.isdecimal():
            return redirect(url_for("ops.dead"), 303)
        target = url_for("ops.contact", contact=contact, portal=portal)
        return redirect(target, 303)

    def discard(self, portal: str, id_: str) -> AnyResponse:
        """Drop a letter for good; a reason must be given."""
        letters.view(self._at, portal, id_)
        reason = reason_of(request.form.get("reason", ""))
        moved(letters.discard(self._at, portal, [id_], g.who, reason))
        return redirect(url_for("ops.dead", portal=portal), 303)

    def place(self) -> AnyResponse:
        """Order what the plan showed."""
        form = request.form
        filter_, verb = filters.parse(conditions_of(form)), form.get("verb", "")
        everything = filter_.is_empty and "everything" in form
        discards = verb == "discard"
        reason = reason_of(form.get("reason", "")) if discards else form.get("reason")
        planned = placing.plans(
            self._at, filter_, rate_of(form.get("rate", "")), everything=everything
        )
        placed = placing.place(
            self._at,
            planned,
            verb,
            g.who,
            reason=reason or "",
            everything=everything,
        )
        if len(placed) != 1:
            return redirect(url_for("ops.orders"), 303)
        target = url_for("ops.order", portal=placed[0].portal, id_=placed[0].id)
        return redirect(target, 303)

    def stop(self, portal: str, id_: str) -> AnyResponse:
        """Let an order end where it is."""
        Orders(self._at).stop(portal, id_, g.who)
        return redirect(url_for("ops.order", portal=portal, id_=id_), 303)


def payload_of(text: str) -> object:
    """Return the event that was typed.

    Raises:
        Unclear: it is no JSON.

    """
    try:
        payload: object = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Unclear(f"what you typed is no JSON: {error}") from error
    return payload


def reason_of(text: str) -> str:
    """Return why something is dropped for good.

    Raises:
        Unclear: nobody said it.

    """
    if not text.strip():
        raise Unclear("say why; it is kept in the audit")
    return text.strip()[:500]


def moved(outcome: Outcome) -> None:
    """Make sure that the letter was moved.

    Raises:
        Unclear: says why it was not.

    """
    for said in outcome.problems.values():
        raise Unclear(said)
