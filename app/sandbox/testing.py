"""The sandbox inside a test: a real HTTP server for the length of a block."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from app.sandbox.clock import Clock
from app.sandbox.config import SandboxConfig
from app.sandbox.server import create_app, gate_to, sender_for
from app.sandbox.webhooks import WebhookSender
from app.sandbox.wsgi import Server

SEED_SLICE = 5_000
TIMEOUT_S = 60.0


class Control:
    """A client of the control plane; every method is one call, or as many as needed."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/sandbox"
        self._http = requests.Session()

    def call(self, method: str, path: str, body: object = None, **query: Any) -> Any:
        """Make a call and return its JSON.

        Raises:
            ValueError: the control plane refuses; the message is its reason.

        """
        answer = self._http.request(
            method, f"{self._url}{path}", json=body, params=query, timeout=TIMEOUT_S
        )
        if answer.status_code >= 400:
            raise ValueError(answer.json()["error"])
        return answer.json()

    def health(self) -> Any:
        """Return which account the sandbox plays."""
        return self.call("GET", "/health")

    def reset(self) -> None:
        """Empty the account and undo what was set."""
        self.call("POST", "/reset")

    def seed(self, object_type: str, rows: Iterable[Mapping[str, str]]) -> None:
        """Put records there without webhooks: flat properties, an `id` if wanted."""
        listed = list(rows)
        for start in range(0, len(listed), SEED_SLICE):
            part = listed[start : start + SEED_SLICE]
            self.call("POST", "/seed", {object_type: part})

    def create(self, object_type: str, inputs: object, **origin: str) -> list[str]:
        """Create records as a person (or `source`, `source_id`); return their ids."""
        body = {"inputs": inputs, **origin}
        made = self.call("POST", f"/objects/{object_type}", body)
        if made["errors"]:
            raise ValueError(str(made["errors"]))
        return [result["id"] for result in made["results"]]

    def update(self, object_type: str, inputs: object, **origin: str) -> Any:
        """Change records as a person: inputs of id and properties."""
        body = {"inputs": inputs, **origin}
        return self.call("PATCH", f"/objects/{object_type}", body)

    def delete(self, object_type: str, ids: Iterable[str], **origin: str) -> Any:
        """Archive records as a person."""
        body = {"inputs": [{"id": i} for i in ids], **origin}
        return self.call("DELETE", f"/objects/{object_type}", body)

    def dump(self, object_type: str, **query: Any) -> list[dict[str, Any]]:
        """Return all records of a kind, whole, with their associations."""
        records: list[dict[str, Any]] = []
        after = ""
        while True:
            page = self.call(
                "GET", f"/objects/{object_type}", **{**query, "after": after}
            )
            records += page["results"]
            if "paging" not in page:
                return records
            after = page["paging"]["next"]["after"]

    def requests(self, since: float = 0.0) -> list[dict[str, Any]]:
        """Return the API requests that are remembered."""
        results: list[dict[str, Any]] = self.call("GET", "/requests", since=since)[
            "results"
        ]
        return results

    def summary(self) -> Any:
        """Return the counts of API requests."""
        return self.call("GET", "/requests/summary")

    def forget_requests(self) -> None:
        """Start counting API requests anew."""
        self.call("DELETE", "/requests")

    def put_faults(self, *faults: Mapping[str, object]) -> None:
        """Set the faults, replacing those that were set."""
        self.call("PUT", "/faults", {"faults": list(faults)})

    def faults(self) -> Any:
        """Return the faults and how often each struck."""
        return self.call("GET", "/faults")["faults"]

    def clear_faults(self) -> None:
        """Take all faults away."""
        self.call("DELETE", "/faults")

    def put_limits(self, **limits: object) -> Any:
        """Change the plan (`plan="free"`), single limits, or `search_lag_s`."""
        return self.call("PUT", "/limits", limits)

    def put_switches(self, **switches: object) -> Any:
        """Flip switches."""
        return self.call("PUT", "/switches", switches)

    def put_clock(self, **changes: float) -> Any:
        """Let time pass `speed` times as fast, or `advance_s` seconds at once."""
        return self.call("PUT", "/clock", changes)

    def snapshot(self) -> Any:
        """Return the whole state, for `restore`."""
        return self.call("GET", "/snapshot")

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Put the sandbox into the state of a snapshot."""
        self.call("PUT", "/snapshot", snapshot)

    def put_webhooks(self, **options: object) -> Any:
        """Tell the webhook sender where to deliver, and how."""
        return self.call("PUT", "/webhooks", options)

    def deliveries(self) -> Any:
        """Return what the webhook sender did."""
        return self.call("GET", "/deliveries")

    def webhooks_idle(self) -> bool:
        """Tell whether everything was delivered or given up."""
        return bool(self.call("POST", "/webhooks/drain-status")["idle"])

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox.

    Attributes:
        url: where its API answers, without a trailing slash.
        control: a client of its control plane.
        config: what it was started with.

    """

    url: str
    control: Control
    config: SandboxConfig


@contextmanager
def running(
    config: SandboxConfig | None = None,
    sender: WebhookSender | None = None,
    *,
    clock: Callable[[], float] = time.time,
) -> Iterator[Sandbox]:
    """Serve a sandbox for the length of the block, in a thread of this process.

    Args:
        config: what it plays.
        sender: takes the changes; None delivers webhooks as `config` says.
        clock: the world's time, epoch seconds; the sandbox's own starts from there.

    """
    config = config or SandboxConfig()
    own_time = Clock(config.clock_speed, clock)
    sender = sender or sender_for(config, own_time)
    stopping = threading.Event()
    gate = gate_to(config, sender, own_time, stopping.wait)
    server = Server(config.host, config.port, create_app(gate, sender, own_time))
    sender.start()
    thread = threading.Thread(target=server.run, name="sandbox", daemon=True)
    thread.start()
    control = Control(server.url)
    try:
        yield Sandbox(server.url, control, config)
    finally:
        stopping.set()
        control.close()
        server.stop()
        thread.join()
        sender.stop()
