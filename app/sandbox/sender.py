"""Sends the sandbox's webhooks the way HubSpot does: late, twice, mixed up, again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import requests

from app.sandbox import delivery, delivery_options, delivery_subscription
from app.sandbox.crm.journal import Change
from app.sandbox.delivery_options import SenderOptions
from app.sandbox.delivery_outbox import Answer, Delivery, Letter, Outbox

__all__ = ["Sender", "SenderOptions"]

_SHORTEST_LINGER_S = 0.005  # without any, waiting for a retry would keep a core busy


class Sender:
    """Takes what happens in the portal, and delivers it to the app's target URL.

    `emit` returns at once; daemon threads deliver between `start` and `stop`. `clock`
    gives epoch seconds, `sleep` takes seconds, and `random` decides what the options'
    seed decides otherwise. `signing_clock` is what the receiver's clock shows, where
    `clock` runs faster.
    """

    def __init__(
        self,
        options: SenderOptions | None = None,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        random: Random | None = None,
        signing_clock: Callable[[], float] | None = None,
    ) -> None:
        self._clock = clock
        self._signing_clock = signing_clock or clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._unsorted = threading.Condition(self._lock)  # the dispatcher waits for it
        self._ready = threading.Condition(self._lock)  # the workers
        self._settled = threading.Condition(self._lock)  # wait_idle
        self._threads: dict[str, threading.Thread] = {}  # a thread not in it ends
        self._first = options or SenderOptions()
        self._use(self._first)
        self._random = random or Random(self._options.seed)  # noqa: S311 - no secret
        # Two sources, so that ids do not depend on when threads draw from the other.
        self._outbox = Outbox(Random(self._random.getrandbits(64)))  # noqa: S311

    def start(self) -> None:
        """Begin to deliver; what was emitted before is delivered too."""
        with self._lock:
            self._staff()

    def stop(self) -> None:
        """Let the requests that are under way end, and make no more.

        What is pending stays so, and leaves after another `start`.
        """
        with self._lock:
            threads, self._threads = self._threads, {}
            self._wake_all()
        for thread in threads.values():
            thread.join(self._options.timeout_s + 1)

    def configure(self, **changes: object) -> None:
        """Change options by name, all but the seed; they count from the next request.

        Raises:
            ValueError: there is no such option, or a value makes no sense.

        """
        if "seed" in changes:
            raise ValueError("the seed is chosen when the sandbox starts")
        with self._lock:
            self._use(delivery_options.changed(self._options, changes))
            if self._threads:
                self._staff()
            self._wake_all()

    def reset(self) -> None:
        """Have the first options again, and drop what has not left."""
        with self._lock:
            self._outbox.drop_all()
            self._use(self._first)
            if self._threads:
                self._staff()
            self._wake_all()

    def hears(self, object_type_id: str) -> bool:
        """Tell whether somebody subscribed to something about this kind of records."""
        return object_type_id in self._subscriptions.type_ids

    def emit(self, changes: Sequence[Change]) -> None:
        """Let these changes be told to whoever subscribed to them."""
        with self._lock:
            events = delivery.payloads(
                changes, self._subscriptions, self._options, self._random
            )
            self._outbox.add(events, self._options)
            self._unsorted.notify()

    def idle(self) -> bool:
        """Tell whether nothing is on its way: no event, no copy, no retry."""
        with self._lock:
            return self._outbox.is_empty

    def wait_idle(self, timeout_s: float) -> bool:
        """Wait until nothing is on its way; return False when that takes longer."""
        with self._lock:
            return self._settled.wait_for(lambda: self._outbox.is_empty, timeout_s)

    def report(self) -> dict[str, Any]:
        """Return what became of everything so far, and the last 1,000 requests.

        Events: `events_emitted` = `events_delivered` + `given_up` + `events_dropped` +
        `pending`. Requests: `deliveries`, of which `retries` and `duplicates_sent`.
        """
        with self._lock:
            return self._outbox.report()

    def letters(self) -> list[Letter]:
        """Return the last requests and those to come, with contents, newest first."""
        with self._lock:
            return self._outbox.letters()

    @property
    def target_url(self) -> str:
        """Where webhooks are delivered, "" for nowhere."""
        return self._options.target_url

    def _use(self, options: SenderOptions) -> None:
        subscriptions = delivery_subscription.subscribed(options)
        self._uri = _as_called(options.target_url)
        self._subscriptions = subscriptions
        self._options = options

    def _staff(self) -> None:
        """Have as many threads as the options say."""
        jobs: dict[str, Callable[[], None]] = {"webhook dispatcher": self._dispatch}
        for number in range(self._options.concurrency):
            jobs[f"webhook worker {number}"] = self._work
        self._threads = {name: t for name, t in self._threads.items() if name in jobs}
        for name in jobs.keys() - self._threads.keys():
            thread = threading.Thread(target=jobs[name], name=name, daemon=True)
            self._threads[name] = thread
            thread.start()

    def _is_dismissed(self) -> bool:
        thread = threading.current_thread()
        return self._threads.get(thread.name) is not thread

    def _wake_all(self) -> None:
        for condition in (self._unsorted, self._ready, self._settled):
            condition.notify_all()

    def _dispatch(self) -> None:
        """Cut what waits into deliveries, and let go whose time has come."""
        while True:
            with self._lock:
                self._unsorted.wait_for(
                    lambda: self._outbox.has_unsorted or self._is_dismissed()
                )
                if self._is_dismissed():
                    return
                linger_s = self._options.linger_s
            self._sleep(max(linger_s, _SHORTEST_LINGER_S))
            with self._lock:
                if self._is_dismissed():
                    return
                self._ready.notify(self._outbox.sort(self._clock(), self._options))

    def _work(self) -> None:
        """Send one delivery after the other over a connection of one's own."""
        with requests.Session() as session:
            session.trust_env = False  # neither proxies nor .netrc stand in between
            session.headers.clear()
            while True:
                with self._lock:
                    self._ready.wait_for(
                        lambda: self._outbox.has_ready or self._is_dismissed()
                    )
                    if self._is_dismissed():
                        return
                    sent, uri, options = self._outbox.take(), self._uri, self._options
                answer = self._post(session, uri, sent, options) if uri else None
                with self._lock:
                    self._outbox.settle(sent, answer, self._clock(), self._options)
                    self._unsorted.notify()
                    if self._outbox.is_empty:
                        self._settled.notify_all()

    def _post(
        self,
        session: requests.Session,
        uri: str,
        sent: Delivery,
        options: SenderOptions,
    ) -> Answer:
        sent_at, status, error = self._clock(), 0, ""
        started = self._signing_clock()
        body = delivery.body_of(sent.events, sent.attempt)
        headers = delivery.headers_of(body, uri, options.client_secret, started)
        try:
            status = session.post(
                uri,
                data=body,
                headers=headers,
                timeout=options.timeout_s,
                allow_redirects=False,
            ).status_code
        except requests.RequestException as failure:
            error = type(failure).__name__
        return Answer(status, error, sent_at, self._signing_clock() - started)


def _as_called(url: str) -> str | None:
    """Return what is called and signed: the URL with "/" for no path and so on."""
    try:
        return requests.Request("POST", url).prepare().url if url else None
    except requests.RequestException as error:
        raise ValueError(f"target_url cannot be called: {error}") from error
