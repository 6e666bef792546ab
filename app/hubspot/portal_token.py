"""The access token of one account, always a good one: the `token` of a client.

It is renewed before it expires, by one worker at a time and for all of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

from app.errors import Denied, HubSpotError, Verdict
from app.hubspot.oauth import OAuth, Tokens

# Within these seconds before its end a token is renewed if that is possible...
EARLY_S = 120.0
# ...and within these, it is not used any more: the call might arrive too late.
LATEST_S = 60.0
# A renewal that failed is not tried again by every call.
PATIENCE_S = 5.0


class TokenStore(Protocol):
    """Where the tokens of all accounts are, for all workers."""

    def load(self, portal_id: str) -> Tokens | None:
        """Return the account's tokens, None when it has not installed the app."""

    def save(self, tokens: Tokens) -> None:
        """Keep the tokens instead of those that the account had before."""

    def lock(self, portal_id: str) -> AbstractContextManager[object]:
        """Return what lets one worker at a time renew the account's tokens."""


class TokenMemory:
    """A token store for a program that is one process and forgets them with it."""

    def __init__(self) -> None:
        self._tokens: dict[str, Tokens] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._mutex = threading.Lock()

    def load(self, portal_id: str) -> Tokens | None:
        """Return the account's tokens, None when there are none."""
        return self._tokens.get(portal_id)

    def save(self, tokens: Tokens) -> None:
        """Keep the tokens."""
        self._tokens[tokens.portal_id] = tokens

    def lock(self, portal_id: str) -> AbstractContextManager[object]:
        """Return the account's lock."""
        with self._mutex:
            return self._locks.setdefault(portal_id, threading.Lock())


class PortalToken:
    """Returns the access token to use now, being called; threads may share it.

    >>> token = PortalToken(oauth, store, "20000001")         # doctest: +SKIP
    >>> HubSpot(API_URL, token, "20000001")                   # doctest: +SKIP

    Args:
        oauth: renews tokens.
        store: shared by all workers.
        portal_id: the account, digits.
        clock: epoch seconds.

    """

    def __init__(
        self,
        oauth: OAuth,
        store: TokenStore,
        portal_id: str,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._oauth = oauth
        self._store = store
        self._portal_id = portal_id
        self._clock = clock
        self._held: Tokens | None = None
        self._patient_until = 0.0

    def __repr__(self) -> str:
        return f"<PortalToken of portal {self._portal_id}>"

    def __call__(self) -> str:
        """Return the token.

        Raises:
            Denied: the app is not installed there, or not any more.
            HubSpotError: the token is at its end and HubSpot gave no other.

        """
        held = self._held or self._load()
        if self._left_s(held) > EARLY_S:
            self._held = held
            return held.access_token
        return self._renewed(held.access_token)

    def expired(self, token: str) -> None:
        """Never return this token again, whatever the clock says.

        Raises:
            HubSpotError: HubSpot gave no other.

        """
        self._renewed(token, is_usable=False)

    def _renewed(self, old: str, *, is_usable: bool = True) -> str:
        with self._store.lock(self._portal_id):
            held = self._load()
            # Somebody else was here first.
            if held.access_token == old or self._left_s(held) <= EARLY_S:
                held = self._refreshed(held, is_usable and held.access_token == old)
            self._held = held
            return held.access_token

    def _refreshed(self, held: Tokens, is_usable: bool) -> Tokens:
        still_good = is_usable and self._left_s(held) > LATEST_S
        if still_good and self._clock() < self._patient_until:
            return held
        try:
            fresh = self._oauth.refresh(held.refresh_token)
        except HubSpotError as error:
            if error.verdict is Verdict.PAUSE or not still_good:
                raise
            self._patient_until = self._clock() + PATIENCE_S
            return held
        fresh = replace(fresh, portal_id=self._portal_id)
        self._store.save(fresh)
        return fresh

    def _load(self) -> Tokens:
        tokens = self._store.load(self._portal_id)
        if tokens is None:
            raise Denied(f"portal {self._portal_id} has not installed the app")
        return tokens

    def _left_s(self, tokens: Tokens) -> float:
        return tokens.expires_at - self._clock()
