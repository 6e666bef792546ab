"""Who asked what, when, and how it was answered: for assertions and the curious."""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass
from itertools import islice

KEPT = 10_000
WINDOW_S = 10.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One API request.

    Attributes:
        at: when it arrived, epoch seconds.
        method: HTTP method.
        path: path without query.
        route: the endpoint, the same for all versions, e.g.
            "POST /crm/{version}/objects/{type}/batch/read".
        status: HTTP status; 0 when the connection was closed without an answer.
        inputs: number of inputs of a batch, else 0.
        duration_s: seconds until the answer was ready.

    """

    at: float
    method: str
    path: str
    route: str
    status: int
    inputs: int
    duration_s: float


class Recorder:
    """Keeps the last requests, and counts all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries: deque[Entry] = deque(maxlen=KEPT)
            self._routes: Counter[str] = Counter()
            self._inputs: Counter[str] = Counter()
            self._statuses: Counter[int] = Counter()
            self._windows: dict[str, deque[float]] = {}
            self._worst: Counter[str] = Counter()
            self._last_at = 0.0

    def arrived(self, token: str, at: float) -> None:
        """Note a call that the ten-second limit is about, for `worst_10s`."""
        with self._lock:
            window = self._windows.setdefault(token, deque())
            window.append(at)
            while window[0] <= at - WINDOW_S:
                window.popleft()
            self._worst[token] = max(self._worst[token], len(window))

    def note(self, entry: Entry) -> None:
        """Keep one answered request."""
        with self._lock:
            self._entries.append(entry)
            self._routes[entry.route] += 1
            self._inputs[entry.route] += entry.inputs
            self._statuses[entry.status] += 1
            self._last_at = max(self._last_at, entry.at)

    def since(self, at: float) -> list[dict[str, object]]:
        """Return the kept requests that arrived at `at` or later, oldest first."""
        with self._lock:
            return [asdict(entry) for entry in self._entries if entry.at >= at]

    def latest(self, count: int) -> list[Entry]:
        """Return at most `count` of the kept requests, newest first."""
        with self._lock:
            return list(islice(reversed(self._entries), count))

    def summary(self) -> dict[str, object]:
        """Return the counts since the start, or since the last `clear`.

        `worst_10s` is the largest number of calls of one token in any 10 seconds,
        searches left out, as they have a limit of their own.
        """
        with self._lock:
            return {
                "total": self._routes.total(),
                "by_route": dict(self._routes),
                "inputs_by_route": {n: c for n, c in self._inputs.items() if c},
                "by_status": {str(s): c for s, c in self._statuses.items()},
                "throttled": self._statuses[429],
                "last_request_at": self._last_at,
                "worst_10s": max(self._worst.values(), default=0),
                "worst_10s_by_token": dict(self._worst),
            }
