"""The part of the control plane that says how the sandbox behaves, while it runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from app.sandbox.api.gate import Gate
from app.sandbox.clock import Clock
from app.sandbox.control_endpoint import Answer, Endpoint, Json, body
from app.sandbox.delivery_options import SenderOptions
from app.sandbox.faults import KINDS, Fault
from app.sandbox.limits import PLANS, Plan, plan_from
from app.sandbox.switches import Switches
from app.sandbox.webhooks import WebhookSender


class Settings:
    """Faults, limits, switches, webhooks and the clock."""

    def __init__(self, gate: Gate, sender: WebhookSender, clock: Clock) -> None:
        self._gate = gate
        self._portal = gate.portal
        self._sender = sender
        self._clock = clock

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the calls about settings."""
        return (*self._about_answers(), *self._about_time_and_webhooks())

    def _about_answers(self) -> tuple[Endpoint, ...]:
        fault: Json = {
            "type": "object",
            "properties": _described(Fault) | {"kind": _one_of(KINDS)},
            "required": ["kind"],
        }
        own = {"plan": _one_of(PLANS), "search_lag_s": _COUNT}
        limits = _described(Plan) | own
        example = {"kind": "500", "path": "*/batch/update", "times": 2}
        return (
            Endpoint("GET", "/faults", self.faults),
            Endpoint(
                "PUT",
                "/faults",
                self.put_faults,
                {"faults": {"type": "array", "items": fault}},
                example={"faults": [example]},
            ),
            Endpoint("DELETE", "/faults", self.clear_faults),
            Endpoint("GET", "/limits", self.limits),
            Endpoint(
                "PUT", "/limits", self.put_limits, limits, example={"plan": "free"}
            ),
            Endpoint("GET", "/switches", self.switches),
            Endpoint(
                "PUT",
                "/switches",
                self.put_switches,
                _described(Switches),
                example={"retry_after_on_429": True},
            ),
        )

    def _about_time_and_webhooks(self) -> tuple[Endpoint, ...]:
        clock = {"speed": _COUNT, "advance_s": _COUNT}
        return (
            Endpoint("GET", "/clock", self.clock),
            Endpoint("PUT", "/clock", self.put_clock, clock, example={"speed": 60}),
            Endpoint("GET", "/deliveries", self.deliveries),
            Endpoint(
                "PUT",
                "/webhooks",
                self.put_webhooks,
                _described(SenderOptions),
                example={"duplicate_rate": 0.1},
            ),
            Endpoint("POST", "/webhooks/drain-status", self.drain_status),
        )

    def put_faults(self) -> Answer:
        """Set the faults, all at once."""
        faults = [Fault.from_json(raw) for raw in body().get("faults", [])]
        self._gate.faults.put(faults)
        return self.faults()

    def faults(self) -> Answer:
        """Answer the faults that are set, and how often each struck."""
        return {"faults": self._gate.faults.listed()}

    def clear_faults(self) -> Answer:
        """Take all faults away."""
        self._gate.faults.put([])
        return self.faults()

    def put_limits(self) -> Answer:
        """Change the rate limits and the lag of search; the windows start empty."""
        wanted = body()
        self._portal.search_lag_s = float(
            wanted.pop("search_lag_s", self._portal.search_lag_s)
        )
        if wanted:
            limiter = self._gate.limiter
            limiter.switch_to(plan_from(wanted, limiter.plan))
        return self.limits()

    def limits(self) -> Answer:
        """Answer the rate limits and the lag of search."""
        lag = {"search_lag_s": self._portal.search_lag_s}
        return asdict(self._gate.limiter.plan) | lag

    def put_switches(self) -> Answer:
        """Flip switches; those not named stay as they are."""
        self._portal.switches = self._portal.switches.flipped(body())
        return self.switches()

    def switches(self) -> Answer:
        """Answer all switches: what nobody knows about HubSpot for certain."""
        return asdict(self._portal.switches)

    def put_clock(self) -> Answer:
        """Let the sandbox's time pass `speed` times as fast, or jump ahead."""
        self._clock.change(**body())
        return self.clock()

    def clock(self) -> Answer:
        """Answer the sandbox's time (epoch seconds) and how fast it passes."""
        return {"now": self._clock.now(), "speed": self._clock.speed}

    def deliveries(self) -> Answer:
        """Answer what the webhook sender did."""
        return dict(self._sender.report())

    def put_webhooks(self) -> Answer:
        """Tell the webhook sender where to deliver, and how."""
        options = body()
        try:
            self._sender.configure(**options)
        except TypeError as error:
            raise ValueError(str(error)) from error
        with self._portal.at_work():
            self._gate.app.webhooks.adopt(options)
        return self.deliveries()

    def drain_status(self) -> Answer:
        """Answer whether everything was delivered or given up."""
        return {"idle": self._sender.idle()}


_JSON_TYPES: dict[object, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    type(None): "null",
}
_COUNT: Json = {"type": "number", "minimum": 0}


def _one_of(names: Iterable[str]) -> Json:
    return {"type": "string", "enum": list(names)}


def _described(cls: Any) -> dict[str, Json]:
    """Return the fields of a dataclass of settings as JSON schemas."""
    hints = get_type_hints(cls)
    return {each.name: _schema(hints[each.name]) for each in fields(cls)}


def _schema(hint: Any) -> Json:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _JSON_TYPES:
        return {"type": _JSON_TYPES[hint]}
    if origin is UnionType:
        return {"anyOf": [_schema(each) for each in arguments]}
    if all(isinstance(each, str) for each in arguments):
        return {"type": "string", "enum": list(arguments)}
    if len(arguments) == 1 or Ellipsis in arguments:
        return {"type": "array", "items": _schema(arguments[0])}
    return {"type": "object"}
