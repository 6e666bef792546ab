"""Who may come in: the token for programs; for people a session that it opened."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from flask import Request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from app import logs
from app.errors import RequestRejected
from app.settings import Settings

COOKIE = "hubkeeper_ops"
PATH = "/ops"
SESSION_S = 12 * 3600
LONGEST_NAME = 40
# After so many wrong tokens each further one makes its sender wait, longer and longer.
FREE_TRIES = 5
LONGEST_WAIT_S = 60.0
FORGIVEN_S = 900.0
MOST_REMEMBERED = 1_000

log = logs.get()


class NotLetIn(RequestRejected):
    """The token is missing or wrong."""

    status = 401
    category = "INVALID_AUTHENTICATION"


class NotOurForm(RequestRejected):
    """A change was asked for by something that is no page of ours."""

    status = 403
    category = "FORBIDDEN"


class TooManyTries(RequestRejected):
    """There were too many wrong tokens from there."""

    status = 429
    category = "RATE_LIMITS"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who gave the token: under which name, and what their forms must hold."""

    who: str
    csrf: str


@dataclass(slots=True)
class Patience:
    """How many wrong tokens came from an address lately; of this process alone."""

    tries: dict[str, tuple[int, float]] = field(default_factory=dict)

    def demand(self, address: str) -> None:
        """Refuse to look at another token too early.

        Raises:
            TooManyTries: says when it will be looked at.

        """
        count, last = self.tries.get(address, (0, 0.0))
        over = count - FREE_TRIES
        wait_s = min(LONGEST_WAIT_S, 2.0 ** min(over, 10)) if over >= 0 else 0.0
        left_s = last + wait_s - time.monotonic()
        if left_s > 0:
            raise TooManyTries(
                f"too many wrong tokens; try again in {left_s:.0f} seconds"
            )

    def wrong(self, address: str) -> None:
        """Take note of a wrong token."""
        now = time.monotonic()
        count, last = self.tries.pop(address, (0, now))
        self.tries[address] = (count + 1 if now - last < FORGIVEN_S else 1, now)
        while len(self.tries) > MOST_REMEMBERED:
            self.tries.pop(next(iter(self.tries)), None)
        log.warning("ops_token_wrong", address=address, tries=count + 1)


class Gate:
    """Checks tokens, sessions and forms."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.ops_token.encode()
        self._key = hmac.digest(self._token, b"hubkeeper dashboard", "sha256")
        self._signer = URLSafeTimedSerializer(
            self._key, "session", signer_kwargs={"digest_method": hashlib.sha256}
        )
        self._secure = settings.public_url.startswith("https://")
        self._patience = Patience()

    def check(self, given: str, address: str) -> None:
        """Let a token pass.

        Raises:
            NotLetIn: it is not ours.
            TooManyTries: it was not looked at.

        """
        self._patience.demand(address)
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._token):
            if given:
                self._patience.wrong(address)
            raise NotLetIn("the token is missing or wrong: it is OPS_TOKEN's value")

    def check_program(self, request: Request) -> str:
        """Let a program pass; return who it is, for the audit.

        Raises:
            NotLetIn, TooManyTries: see `check`.

        """
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        is_bearer = scheme.lower() == "bearer"
        self.check(given.strip() if is_bearer else "", request.remote_addr or "")
        return named("api", request.headers.get("X-Operator", ""))

    def let_in(self, response: Response, name: str) -> None:
        """Give whoever gave the token a session."""
        told = {"who": named("dashboard", name), "id": secrets.token_urlsafe(16)}
        response.set_cookie(
            COOKIE,
            self._signer.dumps(told),
            max_age=SESSION_S,
            path=PATH,
            secure=self._secure,
            httponly=True,
            samesite="Strict",
        )

    def let_out(self, response: Response) -> None:
        """Take the session away."""
        response.delete_cookie(COOKIE, path=PATH)

    def session(self, request: Request) -> Session | None:
        """Return whose request it is, None if nobody's."""
        try:
            told: Any = self._signer.loads(
                request.cookies.get(COOKIE, ""), max_age=SESSION_S
            )
        except BadData:
            return None
        csrf = hmac.new(self._key, f"form {told['id']}".encode(), "sha256").hexdigest()
        return Session(told["who"], csrf)

    def check_form(self, request: Request, session: Session) -> None:
        """Let a form pass.

        Raises:
            NotOurForm: it does not come from a page of this session.

        """
        given = request.form.get("csrf", "")
        if not hmac.compare_digest(given.encode(), session.csrf.encode()):
            raise NotOurForm("this form is too old or not ours; load the page again")


def named(way: str, name: str) -> str:
    """Return by which way somebody came, and the name they gave, if any."""
    words = "".join(c if c.isprintable() else " " for c in name).split()
    cleaned = " ".join(words)[:LONGEST_NAME]
    return f"{way}: {cleaned}" if cleaned else way
