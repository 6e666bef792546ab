"""Bad days on demand: which request gets which trouble."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from typing import Any

from app.sandbox.crm import moment
from app.sandbox.errors import (
    ApiError,
    MissingScopes,
    Outage,
    RateLimited,
    TokenExpired,
)

KINDS = {
    "429_ten_secondly": "too many calls in ten seconds",
    "429_secondly": "too many calls in a second",
    "429_daily": "too many calls today",
    "401": "the token expired",
    "403": "a scope is missing",
    "423": "the record is locked by a bulk sync",
    "477": "the account moves to another data centre; Retry-After in seconds",
    "500": "HubSpot is broken",
    "502": "the gateway answers a page of HTML",
    "503": "HubSpot is away",
    "slow": "the answer comes, but after delay_s",
    "timeout": "nothing is done; the connection closes after delay_s",
    "drop_after_write": "the work is done, the connection closes without an answer",
}

GATEWAY_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>cloudflare</center>\r\n"
    b"</body>\r\n</html>\r\n"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble, and whom it meets.

    Attributes:
        kind: one of KINDS.
        method: HTTP method, "*" for any.
        path: glob over the path, e.g. "*/batch/update".
        body: text that the body must contain, "" for any body.
        times: how often it strikes, None for as long as it is set.
        probability: share of the matching requests that are struck.
        delay_s: seconds to wait before whatever happens.
        retry_after_s: seconds that a 477 asks to stay away.

    """

    kind: str
    method: str = "*"
    path: str = "*"
    body: str = ""
    times: int | None = None
    probability: float = 1.0
    delay_s: float = 0.0
    retry_after_s: int = 30

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Fault:
        """Read a fault as the control plane sends it.

        Raises:
            ValueError: unknown kind or field, or a value that cannot be.

        """
        unknown = raw.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
        if str(raw.get("kind")) not in KINDS:
            raise ValueError(
                f"there is no fault {raw.get('kind')!r}; there are {', '.join(KINDS)}"
            )
        fault = cls(**{**raw, "kind": str(raw["kind"])})
        try:
            fits = 0 <= fault.probability <= 1 and fault.delay_s >= 0
            fits = fits and (fault.times is None or fault.times >= 0)
        except TypeError:
            fits = False
        if not fits:
            raise ValueError("probability is 0 to 1; delay_s and times are counts")
        return fault

    def meets(self, method: str, path: str, body: bytes) -> bool:
        """Tell whether a request is one that the fault is meant for."""
        return (
            self.method in ("*", method)
            and fnmatchcase(path, self.path)
            and self.body.encode() in body
        )

    def error(self, group: str, now: float) -> ApiError | None:
        """Return the answer that the fault forces, None if it forces none."""
        if self.kind in _POLICIES:
            return RateLimited(_POLICIES[self.kind], group)
        if self.kind == "401":
            return TokenExpired(12, moment.iso(int((now - 12) * 1000)))
        if self.kind == "403":
            return MissingScopes(["crm.objects.contacts.write"])
        if self.kind in _OUTAGES:
            headers = {"Retry-After": str(self.retry_after_s)}
            return Outage(
                int(self.kind),
                _OUTAGES[self.kind],
                headers if self.kind == "477" else None,
            )
        return None


_POLICIES = {
    "429_ten_secondly": "TEN_SECONDLY_ROLLING",
    "429_secondly": "SECONDLY",
    "429_daily": "DAILY",
}
_OUTAGES = {
    "423": "The resource is locked",
    "477": "The account is being migrated to another data center",
    "500": "internal error",
    "503": "Service Unavailable",
}


class Faults:
    """The faults that are set, and how often each has struck."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self.put([])

    def put(self, faults: Sequence[Fault]) -> None:
        """Replace all faults; the dice start anew, so that runs can be repeated."""
        with self._lock:
            self._faults = [(fault, [0]) for fault in faults]
            self._random = random.Random(self._seed)  # noqa: S311 - no secret

    def set_now(self) -> list[Fault]:
        """Return the faults as they were set."""
        with self._lock:
            return [fault for fault, _ in self._faults]

    def listed(self) -> list[dict[str, object]]:
        """Return the faults as the control plane shows them, with their strikes."""
        with self._lock:
            return [{**asdict(f), "struck": struck[0]} for f, struck in self._faults]

    def strike(self, method: str, path: str, body: bytes) -> Fault | None:
        """Return the fault that meets this request, if any; it counts as struck."""
        if not self._faults:
            return None
        with self._lock:
            for fault, struck in self._faults:
                if fault.times is not None and struck[0] >= fault.times:
                    continue
                if not fault.meets(method, path, body):
                    continue
                if self._random.random() < fault.probability:
                    struck[0] += 1
                    return fault
        return None
