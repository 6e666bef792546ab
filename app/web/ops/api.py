"""The ops API: each path is a command of `hubkeeper`, and calls what that calls."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import orjson
from flask import Blueprint, Response, g, request
from werkzeug.exceptions import BadRequest

from app.errors import Sealed
from app.events.deliveries import Search
from app.repair import filter as filters
from app.repair import letters, placing, selection, transfer
from app.repair.audit import Audit
from app.repair.filter import Filter, FilterSchema, Unclear
from app.repair.letters import Outcome
from app.repair.orders import Orders
from app.services import Services
from app.web.answer import answer
from app.web.ops import bodies, overview
from app.web.ops.desk import Busy, Desk
from app.web.ops.gate import Gate

PREFIX = "/ops/api"
LINES = "application/x-ndjson"
MOST_PORTALS = 100


class Api:
    """The resources; each method answers one path."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def _at(self) -> Services:
        return self._desk.services

    def overview(self) -> Response:
        """Return how everything stands."""
        return reply(overview.look(self._at))

    def deliveries(self) -> Response:
        """Return lines of the request log, newest first."""
        asked = bodies.read(bodies.DeliveriesQuery, request.args)
        most = asked.pop("most")
        found = itertools.islice(self._at.deliveries.latest(Search(**asked)), most)
        return reply({"results": list(found)})

    def delivery(self, id_: str) -> Response:
        """Return one delivery with the events it held."""
        found = self._at.deliveries.get(id_)
        if found is None:
            raise LookupError(f"there is no delivery {id_} (any more)")
        return reply({**asdict(found), "events": self._at.deliveries.events(found)})

    def dead(self) -> Response:
        """Return a page of dead letters."""
        filter_, rest = filter_of_query()
        asked = bodies.read(bodies.PageQuery, rest)
        found = selection.page(
            self._at,
            filter_,
            asked["after"],
            asked["most"],
            newest_first=asked["newest"],
        )
        return reply({"results": found.letters, "next": found.next})

    def letter(self, portal: str, id_: str) -> Response:
        """Return one letter, whole."""
        return reply(letters.view(self._at, portal, id_).to_mapping())

    def edit(self, portal: str, id_: str, place: int) -> Response:
        """Let a replay take another form of an event."""
        payload = bodies.read(bodies.EditBody, body())["payload"]
        letters.edit(self._at, portal, id_, place, payload, g.who)
        return reply(letters.view(self._at, portal, id_).to_mapping())

    def replay(self, portal: str, id_: str) -> Response:
        """Let one letter wait again."""
        letters.view(self._at, portal, id_)
        return moved(letters.replay(self._at, portal, [id_], g.who), id_)

    def discard(self, portal: str, id_: str) -> Response:
        """Drop one letter for good."""
        reason = bodies.read(bodies.DiscardBody, body())["reason"]
        letters.view(self._at, portal, id_)
        return moved(letters.discard(self._at, portal, [id_], g.who, reason), id_)

    def export(self) -> Response:
        """Return letters as JSON lines, however many, as they are read."""
        filter_, rest = filter_of_query()
        if rest:
            raise Unclear(f"an export knows no {', '.join(rest)}")
        lines: Iterator[str] = transfer.export(self._at, filter_)
        return Response((f"{line}\n" for line in lines), mimetype=LINES)

    def take_in(self) -> Response:
        """Take exported letters in."""
        try:
            text = request.get_data().decode()
        except UnicodeDecodeError as error:
            raise Unclear("an import is JSON lines in UTF-8") from error
        return reply(transfer.take_in(self._at, text.split("\n"), g.who))

    def plan(self) -> Response:
        """Return what an order would mean."""
        asked = bodies.read(bodies.PlanBody, body())
        filter_ = filters.parse(asked["filter"])
        planned = placing.plans(
            self._at, filter_, asked["rate"], everything=asked["everything"]
        )
        return reply({"results": planned})

    def place(self) -> Response:
        """Order something for all letters that are meant."""
        asked = bodies.read(bodies.OrderBody, body())
        filter_, everything = filters.parse(asked["filter"]), asked["everything"]
        planned = placing.plans(self._at, filter_, asked["rate"], everything=everything)
        placed = placing.place(
            self._at,
            planned,
            asked["verb"],
            g.who,
            reason=asked["reason"],
            everything=everything,
        )
        return reply({"results": placed}, 201 if placed else 200)

    def orders(self) -> Response:
        """Return what was ordered, newest first."""
        asked = bodies.read(bodies.PortalQuery, request.args)
        found = [
            order
            for portal in portals(self._at, asked["portal"])
            for order in Orders(self._at).all(portal)
        ]
        return reply({"results": found[: asked["most"]]})

    def order(self, portal: str, id_: str) -> Response:
        """Return how far an order is."""
        return reply(Orders(self._at).get(portal, id_))

    def stop(self, portal: str, id_: str) -> Response:
        """Let an order end where it is."""
        return reply(Orders(self._at).stop(portal, id_, g.who))

    def trail(self, contact: str) -> Response:
        """Return where a contact stands, and what became of its events."""
        asked = bodies.read(bodies.PortalQuery, request.args)
        found = [
            {
                "portal": portal,
                "now": self._at.trail.standing(portal, contact),
                "finished": self._at.trail.finished(portal, contact, asked["most"]),
            }
            for portal in portals(self._at, asked["portal"])
        ]
        return reply({"results": found})

    def audit(self) -> Response:
        """Return who did what, newest first."""
        asked = bodies.read(bodies.PortalQuery, request.args)
        found = [
            {"portal": portal, **asdict(line)}
            for portal in portals(self._at, asked["portal"])
            for line in Audit(self._at).latest(portal, asked["most"])
        ]
        return reply({"results": found})


def build(desk: Desk, gate: Gate) -> Blueprint:
    """Return the API as a blueprint."""
    blueprint, api = Blueprint("ops_api", __name__, url_prefix=PREFIX), Api(desk)
    letter, order = "/dead/<portal>/<id_>", "/orders/<portal>/<id_>"
    rows: tuple[tuple[str, str, Callable[..., Response]], ...] = (
        ("GET", "/overview", api.overview),
        ("GET", "/deliveries", api.deliveries),
        ("GET", "/deliveries/<id_>", api.delivery),
        ("GET", "/dead", api.dead),
        ("GET", "/dead/export", api.export),
        ("POST", "/dead/import", api.take_in),
        ("POST", "/dead/plan", api.plan),
        ("GET", letter, api.letter),
        ("PUT", f"{letter}/events/<int(max=99999):place>", api.edit),
        ("POST", f"{letter}/replay", api.replay),
        ("POST", f"{letter}/discard", api.discard),
        ("GET", "/orders", api.orders),
        ("POST", "/orders", api.place),
        ("GET", order, api.order),
        ("POST", f"{order}/stop", api.stop),
        ("GET", "/contacts/<contact>/trail", api.trail),
        ("GET", "/audit", api.audit),
    )
    for method, path, view in rows:
        blueprint.add_url_rule(path, view.__name__, view, methods=[method])

    def let_in() -> None:
        g.who = gate.check_program(request)

    blueprint.before_request(let_in)
    desk.serve(blueprint)
    blueprint.after_request(_secured)
    blueprint.register_error_handler(Unclear, _unclear)
    blueprint.register_error_handler(LookupError, _not_found)
    blueprint.register_error_handler(Busy, _busy)
    blueprint.register_error_handler(Sealed, _sealed)
    return blueprint


def portals(at: Services, portal: str) -> list[str]:
    """Return the portal that was named, or all.

    Raises:
        Unclear: there are too many to look through them all.

    """
    found = [portal] if portal else at.inbox.portals()
    if len(found) > MOST_PORTALS:
        raise Unclear(f"there are {len(found)} portals; name one (?portal=...)")
    return found


def filter_of_query() -> tuple[Filter, dict[str, str]]:
    """Return the filter of the query, and what else is in it.

    Raises:
        Unclear: names every condition that is wrong.

    """
    known = FilterSchema().fields
    given = {name: value for name, value in request.args.items() if name in known}
    return filters.parse(given), {
        name: value for name, value in request.args.items() if name not in known
    }


def body() -> Any:
    """Return the JSON of the request; an empty one is an empty object.

    Raises:
        Unclear: it is no JSON.

    """
    try:
        return orjson.loads(request.get_data() or b"{}")
    except orjson.JSONDecodeError as error:
        raise Unclear(f"the body is no JSON: {error}") from error


def reply(content: Any, status: int = 200) -> Response:
    """Return JSON."""
    text = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
    return Response(text, status, mimetype="application/json")


def moved(outcome: Outcome, id_: str) -> Response:
    """Return what became of one letter; one that could not be moved is an error."""
    for problem in outcome.problems.values():
        raise Unclear(problem)
    return reply({"id": id_, "letters": outcome.letters, "events": outcome.events})


def _secured(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _unclear(error: Exception) -> Response:
    return answer(400, str(error), "VALIDATION_ERROR")


def _not_found(error: Exception) -> Response:
    if type(error) is LookupError:
        return answer(404, str(error), "OBJECT_NOT_FOUND")
    if isinstance(error, BadRequest):
        return answer(400, error.description or "", "VALIDATION_ERROR")
    raise error


def _busy(error: Exception) -> Response:
    return answer(503, str(error), "BUSY")


def _sealed(error: Exception) -> Response:
    return answer(409, str(error), "SEALED")
