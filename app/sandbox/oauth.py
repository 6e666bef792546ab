"""Who may call the sandbox, for how long, and with which scopes: all tokens.

A private app's token never expires. An account that installs the app by OAuth gives
it a code, the code buys a pair of tokens, and the refresh token buys access tokens for
as long as the app stays installed.
"""

from __future__ import annotations

import base64
import hmac
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from random import Random
from typing import Any

from app.sandbox.config import SandboxConfig
from app.sandbox.crm import moment
from app.sandbox.errors import BadGrant, NotAuthenticated, TokenExpired
from app.sandbox.oauth_token import (
    ACCESS_TOKEN_LIFE_S,
    BASE_SCOPE,
    CODE_LIFE_S,
    Code,
    Token,
)


class Tokens:
    """All tokens of the one app; made by seed, so that runs can be repeated."""

    def __init__(self, config: SandboxConfig, clock: Callable[[], float]) -> None:
        self._config = config
        self._clock = clock
        self._lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Know only the configured private token again."""
        with self._lock:
            self._made = 0
            self._codes: dict[str, Code] = {}
            first = Token(self._config.token, "private", self._granted)
            self._tokens = {first.value: first}

    def caller(self, value: str) -> Token:
        """Return the token that a request bears.

        Raises:
            NotAuthenticated: nobody may call with it.
            TokenExpired: nobody may call with it any more.

        """
        token = self._tokens.get(value)
        if token is None or token.use == "refresh_token":
            raise NotAuthenticated
        late_s = self._late_s(token)
        if late_s is None:
            return token
        if token.use == "private":
            raise NotAuthenticated
        expired_at = moment.iso(int((token.expires_at or 0) * 1000))
        raise TokenExpired(int(late_s), expired_at)

    def find(self, value: str) -> Token | None:
        """Return a token that is still good, whatever its use."""
        token = self._tokens.get(value)
        return token if token and self._late_s(token) is None else None

    def left_s(self, token: Token) -> int:
        """Return how long a token is still good, whole seconds; 0 for one without."""
        return 0 if token.expires_at is None else int(token.expires_at - self._clock())

    def demand_app(self, client_id: str, client_secret: str) -> None:
        """Refuse whoever is not the app.

        Raises:
            BadGrant: the id or the secret is wrong.

        """
        if client_id != self._config.client_id:
            raise BadGrant("BAD_CLIENT_ID")
        if not hmac.compare_digest(
            client_secret.encode(), self._config.client_secret.encode()
        ):
            raise BadGrant("BAD_CLIENT_SECRET")

    def authorize(
        self,
        redirect_uri: str,
        scopes: Iterable[str],
        challenge: str = "",
        method: str = "plain",
    ) -> Code:
        """Let the account install the app; return the code that tells it so."""
        with self._lock:
            code = Code(
                value=self._uuid(),
                redirect_uri=redirect_uri,
                scopes=_with_base(scopes),
                expires_at=self._clock() + CODE_LIFE_S,
                challenge=challenge,
                method=method,
            )
            self._codes[code.value] = code
            return code

    def exchange(self, value: str, redirect_uri: str, verifier: str = "") -> Token:
        """Sell an access token, and the refresh token behind it, for a code.

        Raises:
            BadGrant: the code is unknown, used, expired, or somebody else's.

        """
        with self._lock:
            code = self._codes.get(value)
            if code is None:
                raise BadGrant("BAD_AUTH_CODE")
            if code.redirect_uri != redirect_uri:
                raise BadGrant("BAD_REDIRECT_URI")
            if not code.is_answered_by(verifier):
                raise BadGrant("BAD_AUTH_CODE")
            del self._codes[value]
            if self._clock() >= code.expires_at:
                raise BadGrant("EXPIRED_AUTH_CODE")
            return self._access(self._refresh_token(code.scopes), code.scopes)

    def refresh(self, value: str, scopes: Iterable[str], *, rotate: bool) -> Token:
        """Sell a further access token for a refresh token.

        Args:
            value: the refresh token.
            scopes: fewer scopes than it has, none for all it has.
            rotate: replace the refresh token, too.

        Raises:
            BadGrant: the token is unknown or revoked, or has not these scopes.

        """
        with self._lock:
            token = self._tokens.get(value)
            if token is None or token.use != "refresh_token":
                raise BadGrant("BAD_REFRESH_TOKEN")
            granted, wanted = token.scopes or (), set(scopes)
            if not wanted <= set(granted):
                raise BadGrant("BAD_SCOPES")
            if rotate:
                del self._tokens[value]
                token = self._refresh_token(granted)
            return self._access(
                token, _with_base(sorted(wanted)) if wanted else granted
            )

    def for_developer(self, scopes: Iterable[str]) -> Token:
        """Sell the app itself a token, for what is nobody's account.

        Raises:
            BadGrant: no scope is asked for.

        """
        with self._lock:
            if not (wanted := tuple(scopes)):
                raise BadGrant("BAD_SCOPES")
            expires_at = self._clock() + ACCESS_TOKEN_LIFE_S
            token = Token(self._opaque(), "client_credentials", wanted, expires_at)
            self._tokens[token.value] = token
            return token

    def revoke(self, value: str, *, with_access: bool) -> None:
        """Forget a token; `with_access` also those that it bought."""
        with self._lock:
            token = self._tokens.get(value)
            if token is None or token.use == "private":
                return
            del self._tokens[value]
            if with_access:
                self._keep(lambda other: other.refresh_token != value)

    def uninstall(self) -> None:
        """Take the app out of the account: what was bought by OAuth is void."""
        with self._lock:
            self._codes = {}
            self._keep(lambda token: token.use in ("private", "client_credentials"))

    def expire(self) -> int:
        """Let all access tokens expire now; return how many did."""
        with self._lock:
            now, count = self._clock(), 0
            for token in list(self._tokens.values()):
                if token.expires_at is not None and token.expires_at > now:
                    self._tokens[token.value] = replace(token, expires_at=now)
                    count += 1
            return count

    def rotate(self, overlap_s: float) -> Token:
        """Give the private app a new token; the old ones last `overlap_s` longer."""
        with self._lock:
            for token in list(self._tokens.values()):
                if token.use == "private" and token.expires_at is None:
                    until = self._clock() + overlap_s
                    self._tokens[token.value] = replace(token, expires_at=until)
            new = Token(f"pat-na1-{self._uuid()}", "private", self._granted)
            self._tokens[new.value] = new
            return new

    def state(self) -> dict[str, Any]:
        """Return everything as JSON, for `restore`."""
        with self._lock:
            return {
                "codes": [asdict(code) for code in self._codes.values()],
                "tokens": [asdict(token) for token in self._tokens.values()],
                "made": self._made,
            }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Be as `state` says."""
        with self._lock:
            codes = [Code(**_with_tuple(raw)) for raw in state["codes"]]
            tokens = [Token(**_with_tuple(raw)) for raw in state["tokens"]]
            self._codes = {code.value: code for code in codes}
            self._tokens = {token.value: token for token in tokens}
            self._made = state["made"]

    @property
    def _granted(self) -> tuple[str, ...] | None:
        """What the private app may do."""
        scopes = self._config.scopes
        return _with_base(scopes) if scopes else None

    def _late_s(self, token: Token) -> float | None:
        """Return since when a token is no good, seconds; None while it is."""
        if token.expires_at is None or self._clock() < token.expires_at:
            return None
        return self._clock() - token.expires_at

    def _refresh_token(self, scopes: tuple[str, ...]) -> Token:
        token = Token(f"na1-{self._uuid()}", "refresh_token", scopes)
        self._tokens[token.value] = token
        return token

    def _access(self, bought_with: Token, scopes: tuple[str, ...]) -> Token:
        token = Token(
            self._opaque(),
            "access_token",
            scopes,
            self._clock() + ACCESS_TOKEN_LIFE_S,
            bought_with.value,
        )
        self._tokens[token.value] = token
        return token

    def _keep(self, good: Callable[[Token], bool]) -> None:
        self._tokens = {v: token for v, token in self._tokens.items() if good(token)}

    def _uuid(self) -> str:
        return str(uuid.UUID(bytes=self._bytes(16), version=4))

    def _opaque(self) -> str:
        return f"C{base64.urlsafe_b64encode(self._bytes(90)).decode()}"

    def _bytes(self, size: int) -> bytes:
        """Return what no earlier call returned, and no other seed returns."""
        self._made += 1
        random = Random(f"{self._config.seed}/{self._made}")  # noqa: S311 - no secret
        return random.randbytes(size)


def _with_base(scopes: Iterable[str]) -> tuple[str, ...]:
    """Return the scopes with the one that every token of an account has."""
    return tuple(dict.fromkeys((BASE_SCOPE, *scopes)))


def _with_tuple(raw: Mapping[str, Any]) -> dict[str, Any]:
    scopes = raw["scopes"]
    return {**raw, "scopes": None if scopes is None else tuple(scopes)}
