"""The client of HubSpot's API: one `send`, and the families that hang off it.

Nothing is retried here, but for a call that met an old token and got a new one.
What to do about an error is decided by its class (app.errors), by those who know what
else is waiting.
"""

from __future__ import annotations

import contextlib
import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import requests

from app.errors import (
    ConfigError,
    Denied,
    HubSpotError,
    StoreDown,
)
from app.hubspot import protocol, transport
from app.hubspot.account import Account
from app.hubspot.associations import Associations
from app.hubspot.associations_v3 import AssociationsV3
from app.hubspot.contacts_v1 import ContactsV1
from app.hubspot.credential import Bearer, Credential, Renewable
from app.hubspot.objects import Objects
from app.hubspot.owners import Owners
from app.hubspot.properties import Properties
from app.hubspot.protocol import Reply, Request
from app.hubspot.search import Search
from app.hubspot.throttle import LANES, MAX_WAIT_S, Throttle
from app.hubspot.version import CURRENT, ApiVersion
from app.hubspot.webhooks import Webhooks

API_URL = "https://api.hubapi.com"


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call that was sent, for whoever counts calls.

    Attributes:
        route: "POST /crm/v3/objects/contacts/batch/read", "{id}" for single records.
        status: HTTP status, None when no answer came.
        seconds: from sending to the end of the answer.
        inputs: how many records the call was about.
        error: class of the error it ended in, "" for none.

    """

    route: str
    status: int | None
    seconds: float
    inputs: int
    error: str


def _do_nothing() -> None:
    """Let every call go."""


def ignore_call(_: CallRecord) -> None:
    """Count nothing."""


class HubSpot:
    """HubSpot's API as one portal sees it; safe to share between threads.

    >>> with HubSpot(API_URL, "pat-eu1-...", "20000001") as hubspot:
    ...     found = hubspot.objects("contacts").batch_read(["501"], ["email"])
    ...     found.records["501"].properties["email"]        # doctest: +SKIP

    Args:
        base_url: "https://api.hubapi.com", or where the sandbox runs.
        token: an access token, or what returns the current one before every call
            (`app.hubspot.portal_token.PortalToken` for OAuth).
        portal_id: the customer account, digits; names the limits it shares.
        version: which paths to call.
        throttle: shared by everybody who calls this portal; None lets every call go
            out at once and raises Throttled when HubSpot says so.
        session: brings its own adapters (proxies, tests); by default one without
            retries and with a pool for 32 threads.
        timeout: seconds to connect, and between two pieces of the answer.
        lane: "live" or "bulk"; bulk leaves room for live.
        max_wait_s: longest wait for the throttle before Throttled is raised.
        on_call: told about every call that was sent.
        clock: measures `CallRecord.seconds`.
        credential: what the token is; DeveloperKey for the calls that manage apps.

    Raises:
        ConfigError: the base URL is none, or the lane does not exist.

    """

    def __init__(
        self,
        base_url: str,
        token: str | Callable[[], str],
        portal_id: str,
        *,
        version: ApiVersion = CURRENT,
        throttle: Throttle | None = None,
        session: requests.Session | None = None,
        timeout: tuple[float, float] = (3.05, 20.0),
        lane: str = "live",
        max_wait_s: float = MAX_WAIT_S,
        on_call: Callable[[CallRecord], None] = ignore_call,
        clock: Callable[[], float] = time.perf_counter,
        credential: Callable[[str], Credential] = Bearer,
    ) -> None:
        if not base_url.startswith(("https://", "http://")):
            raise ConfigError(f"{base_url!r} is not the URL of an API")
        if lane not in LANES:
            raise ConfigError(f"{lane!r} is not a lane; choose from {', '.join(LANES)}")
        self.version = version
        self.portal_id = portal_id
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._throttle = throttle
        self._session = session or transport.new_session()
        self._timeout = timeout
        self._lane = lane
        self._max_wait_s = max_wait_s
        self._on_call = on_call
        self._clock = clock
        self._credential = credential
        self._before_call: Callable[[], None] = _do_nothing

    def __repr__(self) -> str:
        return f"<HubSpot portal {self.portal_id} at {self._base_url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections."""
        self._session.close()

    def for_round(self, *, before_call: Callable[[], None], lane: str) -> Self:
        """Return this client for one piece of work; the connections are shared.

        Args:
            before_call: called before every call, e.g. to say "still alive"; what it
                raises stops the call.
            lane: "live" or "bulk".

        """
        other = copy.copy(self)
        other._before_call = before_call
        other._lane = lane
        return other

    def objects(self, object_type: str) -> Objects:
        """Return the records of a type: "contacts", "companies", "notes", "2-1234"."""
        return Objects(self, object_type)

    def associations(self, from_type: str, to_type: str) -> Associations:
        """Return the associations that lead from records of one type to another."""
        return Associations(self, from_type, to_type)

    def search(self, object_type: str) -> Search:
        """Return the search over the records of a type."""
        return Search(self, object_type)

    def properties(self, object_type: str) -> Properties:
        """Return the properties that records of a type have, and their groups."""
        return Properties(self, object_type)

    @property
    def owners(self) -> Owners:
        """The people whom records can belong to."""
        return Owners(self)

    @property
    def account(self) -> Account:
        """The account that the token belongs to."""
        return Account(self)

    def webhooks(self, app_id: str) -> Webhooks:
        """Return what HubSpot tells an app by webhook; needs a developer's key."""
        return Webhooks(self, app_id)

    @property
    def contacts_v1(self) -> ContactsV1:
        """Contacts by the calls that HubSpot ends in September 2027."""
        return ContactsV1(self)

    def associations_v3(self, from_type: str, to_type: str) -> AssociationsV3:
        """Return associations by the calls that HubSpot ends in September 2027."""
        return AssociationsV3(self, from_type, to_type)

    def send(self, request: Request) -> Reply:
        """Carry out one call when the throttle lets it go.

        Raises:
            HubSpotError: what HubSpot answered, or that it did not; Throttled also
                when the throttle's wait would be too long, then nothing was sent.
            StoreDown: the throttle's store did not answer; nothing was sent.

        """
        raw = protocol.encoded(request)
        token = self._token() if callable(self._token) else self._token
        try:
            return self._exchange(request, raw, token)
        except Denied as denial:
            if denial.status != 401 or not isinstance(self._token, Renewable):
                raise
        # HubSpot did nothing, so that this is safe whatever the call is.
        self._token.expired(token)
        return self._exchange(request, raw, self._token())

    def _exchange(self, request: Request, raw: bytes | None, token: str) -> Reply:
        """Send the call once, and let everybody know who has to."""
        auth = self._credential(token)
        self._admit(request)
        started = self._clock()
        status, error = None, ""
        try:
            answer = transport.exchange(
                self._session,
                self._base_url,
                request,
                raw,
                auth=auth,
                timeout=self._timeout,
            )
            status = answer.status_code
            self._learn(request, answer)
            content = answer.content if answer.ok else auth.hide(answer.content)
            return protocol.read(status, answer.headers, content)
        except HubSpotError as problem:
            error = type(problem).__name__
            self._stand_still(request, problem)
            raise
        finally:
            seconds = self._clock() - started
            self._on_call(
                CallRecord(request.route, status, seconds, request.inputs, error)
            )

    def _admit(self, request: Request) -> None:
        if self._throttle:
            self._throttle.acquire(
                self.portal_id,
                request.family,
                lane=self._lane,
                max_wait_s=self._max_wait_s,
            )
        # Last of all: it asks whether we still may, and waiting for a turn takes long.
        self._before_call()

    def _learn(self, request: Request, answer: requests.Response) -> None:
        if self._throttle:
            headers = {name.lower(): text for name, text in answer.headers.items()}
            # An answer that has come is worth more than an estimate that is late.
            with contextlib.suppress(StoreDown):
                self._throttle.observe(self.portal_id, headers, request.family)

    def _stand_still(self, request: Request, problem: HubSpotError) -> None:
        """Let nobody else run into the limit that this call ran into."""
        if not self._throttle or problem.status not in (429, 477):
            return
        own_limit = request.family == "search" and problem.sub_category == "SECONDLY"
        with contextlib.suppress(StoreDown):
            self._throttle.pause(
                self.portal_id,
                problem.retry_after or 0.0,
                str(problem),
                family=request.family if own_limit else None,
            )
