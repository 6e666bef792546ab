"""The HubSpot client of each portal, and the certainty that the token is its own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import requests

from app.errors import Denied, StoreDown
from app.events.books import Books
from app.events.memory import Memory
from app.hubspot.client import CallRecord, HubSpot
from app.hubspot.shapes.account import AccountDetails
from app.hubspot.throttle import Throttle
from app.hubspot.version import ApiVersion
from app.settings import Settings

# How long it is remembered when an account's day ends.
KNOWN_S = 30 * 24 * 3600.0


class Clients:
    """The HubSpot client of each portal; a token opens exactly one portal."""

    def __init__(
        self,
        settings: Settings,
        throttle: Throttle,
        books: Books,
        memory: Memory,
        session: requests.Session | None = None,
    ) -> None:
        self._settings = settings
        self._throttle = throttle
        self._books = books
        self._memory = memory
        self._session = session
        self._clients: dict[str, HubSpot] = {}

    def of(self, portal: str) -> HubSpot:
        """Return the portal's client, once it is sure that the token is of this portal.

        Raises:
            Denied: the token belongs to another portal; its contacts have the same
                ids, and writing to them would be worse than not writing at all.
            HubSpotError: HubSpot could not be asked.

        """
        if portal not in self._clients:
            self.check(portal)
        return self._clients[portal]

    def check(
        self, portal: str, before_call: Callable[[], None] = lambda: None
    ) -> None:
        """Ask HubSpot, in one cheap call, whether the token is accepted.

        Raises:
            Denied: it is not, or it belongs to another portal, see `of`.
            HubSpotError: HubSpot could not be asked.

        """
        client = self._clients.get(portal) or self.unchecked(portal)
        asking = client.for_round(before_call=before_call, lane="live")
        details = asking.account.details()
        if details.portal_id != portal:
            raise Denied(
                f"HUBSPOT_ACCESS_TOKEN is of portal {details.portal_id}, not of"
                f" {portal}; remove the webhook there, or run a hubkeeper with its"
                " token"
            )
        self._clients[portal] = client
        clock = {"zone": details.time_zone, "offset": str(details.utc_offset_ms)}
        self._memory.remember(portal, "account", clock, ttl_s=KNOWN_S)

    def until_midnight(self, portal: str) -> float | None:
        """Return the seconds until the account's day ends, None if nobody knows."""
        known = self._memory.recall(portal, "account", ("zone", "offset"))
        if len(known) < 2:
            return None
        zone, offset_ms = known["zone"], int(known["offset"])
        account = AccountDetails(portal, time_zone=zone, utc_offset_ms=offset_ms)
        return account.until_midnight(time.time())

    def unchecked(self, portal: str) -> HubSpot:
        """Return a client that shares the portal's limits, whoever owns the token."""

        def count(call: CallRecord) -> None:
            # An answer that has come is worth more than its place in the statistics.
            with contextlib.suppress(StoreDown):
                self._books.record_call(portal, call.route, call.inputs)

        return HubSpot(
            self._settings.hubspot_api_url,
            self._settings.hubspot_access_token,
            portal,
            version=ApiVersion.of(self._settings.hubspot_api_version),
            throttle=self._throttle,
            session=self._session,
            timeout=(3.05, self._settings.http_timeout_s),
            on_call=count,
        )
