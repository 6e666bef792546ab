"""The page where an account lets the app in; by default it does so without asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit

from app.sandbox.api.route import Route
from app.sandbox.api.wire import Call, Reply
from app.sandbox.errors import BadGrant

HTML = {
    "Content-Type": "text/html;charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_CHALLENGES = ("plain", "S256")


@dataclass(frozen=True, slots=True)
class Wish:
    """What an app asks an account for.

    Attributes:
        redirect_uri: where the answer goes.
        scopes: what it needs.
        optional: what it would take, too.
        state: comes back with the answer.
        challenge: PKCE, "" for none.
        method: PKCE: "plain" or "S256".

    """

    redirect_uri: str
    scopes: tuple[str, ...]
    optional: tuple[str, ...]
    state: str
    challenge: str
    method: str


def ask(call: Call) -> Reply:
    """Let the app in, turn it away, or ask a person which."""
    given = dict(call.query())
    wish = _wish(call, given)
    if call.app.consent == "ask":
        return Reply(200, _page(given, wish), HTML)
    return _answer(call, wish, granted=call.app.consent == "grant")


def decide(call: Call) -> Reply:
    """Do what the person on the page decided."""
    text = call.raw.decode(errors="replace")
    given = dict(parse_qsl(text, keep_blank_values=True))
    return _answer(call, _wish(call, given), granted=given.get("decision") == "grant")


def _wish(call: Call, given: Mapping[str, str]) -> Wish:
    """Return what is asked for, or refuse without sending anybody anywhere."""
    config = call.app.config
    if given.get("client_id") != config.client_id:
        raise BadGrant("BAD_CLIENT_ID")
    uri = given.get("redirect_uri", "")
    is_web = urlsplit(uri).scheme in ("http", "https") and urlsplit(uri).netloc
    if not is_web or (config.redirect_uris and uri not in config.redirect_uris):
        raise BadGrant("BAD_REDIRECT_URI")
    scopes = tuple(given.get("scope", "").split())
    possible = {*config.scopes, "oauth"} if config.scopes else None
    if not scopes or (possible and not possible.issuperset(scopes)):
        raise BadGrant("BAD_SCOPES")
    optional = given.get("optional_scope", "").split()
    method = given.get("code_challenge_method") or "plain"
    if method not in _CHALLENGES:
        raise BadGrant("BAD_AUTH_CODE")
    return Wish(
        redirect_uri=uri,
        scopes=scopes,
        optional=tuple(s for s in optional if not possible or s in possible),
        state=given.get("state", ""),
        challenge=given.get("code_challenge", ""),
        method=method,
    )


def _answer(call: Call, wish: Wish, *, granted: bool) -> Reply:
    if granted:
        code = call.app.tokens.authorize(
            wish.redirect_uri,
            [*wish.scopes, *wish.optional],
            wish.challenge,
            wish.method,
        )
        told = {"code": code.value}
    else:
        told = {
            "error": "access_denied",
            "error_description": "The user denied access to the app",
        }
    if wish.state:
        told["state"] = wish.state
    joint = "&" if urlsplit(wish.redirect_uri).query else "?"
    location = f"{wish.redirect_uri}{joint}{urlencode(told)}"
    if "application/json" in call.accept:
        return Reply(200, {**told, "redirect": location})
    return Reply(302, None, {"Location": location})


def _page(given: Mapping[str, str], wish: Wish) -> bytes:
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in given.items()
        if name != "decision"
    )
    scopes = "".join(f"<li>{escape(s)}</li>" for s in (*wish.scopes, *wish.optional))
    host = escape(urlsplit(wish.redirect_uri).netloc)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        "<title>Connect app to the sandbox</title>"
        f"<h1>Connect app to the sandbox</h1><p>An app at {host} asks for:</p>"
        f'<ul>{scopes}</ul><form method="post" action="/oauth/authorize">{fields}'
        '<button name="decision" value="grant">Connect app</button> '
        '<button name="decision" value="deny">Cancel</button></form></html>'
    ).encode()


ROUTES = (
    Route("GET", "authorize", "/authorize", ask, caller="anyone"),
    Route("POST", "authorize", "/authorize", decide, "write", caller="anyone"),
)
