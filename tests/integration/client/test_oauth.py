"""Tokens by OAuth: bought, renewed in time, by one for all, and never shown."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from app.errors import Denied, ServerBroken, Throttled, Unreachable, Verdict
from app.hubspot.client import CallRecord, HubSpot
from app.hubspot.credential import Bearer, Credential, DeveloperKey
from app.hubspot.oauth import OAuth, OAuthApp, Tokens
from app.hubspot.portal_token import PortalToken, TokenMemory
from app.hubspot.version import ApiVersion
from app.sandbox.testing import Sandbox

PORTAL = "20000001"
SCOPES = ["crm.objects.contacts.read"]
SECRETS = ("the-client-secret", "the-refresh-token", "the-access-token")
NOW = 1_795_000_000.0


@pytest.fixture
def app(sandbox: Sandbox) -> OAuthApp:
    config = sandbox.config
    return OAuthApp(config.client_id, config.client_secret, "https://app.example/cb")


@pytest.fixture
def oauth(sandbox: Sandbox, app: OAuthApp, version: ApiVersion) -> OAuth:
    return OAuth(sandbox.url, app, app_url=sandbox.url, version=version)


def installed(oauth: OAuth, verifier: str = "") -> str:
    """Let somebody install the app; return the code that comes back."""
    url = oauth.authorize_url(SCOPES, state="s 1", code_verifier=verifier)
    answer = requests.get(url, allow_redirects=False, timeout=5)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert ["s 1"] == query["state"]
    return query["code"][0]


def test_code_buys_tokens_once(oauth: OAuth, sandbox: Sandbox) -> None:
    code = installed(oauth)
    tokens = oauth.exchange(code)
    assert sandbox.config.portal_id == tokens.portal_id
    assert set(SCOPES) <= set(tokens.scopes)
    with HubSpot(sandbox.url, tokens.access_token, PORTAL) as hubspot:
        assert tokens.portal_id == hubspot.account.details().portal_id
    with pytest.raises(Denied) as caught:
        oauth.exchange(code)
    assert Verdict.PAUSE is caught.value.verdict
    assert "BAD_AUTH_CODE" == caught.value.category


def test_code_with_a_verifier_is_worth_nothing_without_it(oauth: OAuth) -> None:
    code = installed(oauth, verifier="v" * 43)
    with pytest.raises(Denied):
        oauth.exchange(code, code_verifier="w" * 43)
    again = installed(oauth, verifier="v" * 43)
    assert oauth.exchange(again, code_verifier="v" * 43).access_token


def test_token_is_known_until_it_is_revoked(oauth: OAuth, sandbox: Sandbox) -> None:
    tokens = oauth.exchange(installed(oauth))
    info = oauth.introspect(tokens.access_token)
    assert info.active
    assert (PORTAL, sandbox.config.app_id) == (info.portal_id, info.app_id)
    assert 1700 < (info.expires_in_s or 0) <= 1800
    fresh = oauth.refresh(tokens.refresh_token)
    assert fresh.access_token != tokens.access_token
    oauth.revoke(tokens.refresh_token)
    with pytest.raises(Denied) as caught:
        oauth.refresh(tokens.refresh_token)
    assert "BAD_REFRESH_TOKEN" == caught.value.category


def test_app_gets_a_token_of_its_own(oauth: OAuth) -> None:
    scopes = ["developer.webhooks_journal.read"]
    tokens = oauth.client_credentials(scopes)
    assert tuple(scopes) == tokens.scopes
    assert "" == tokens.refresh_token


def test_client_goes_on_when_a_token_expires(oauth: OAuth, sandbox: Sandbox) -> None:
    """Our clock is wrong: HubSpot finds the token expired, and both tries are seen."""
    store = TokenMemory()
    store.save(oauth.exchange(installed(oauth)))
    calls: list[CallRecord] = []
    token = PortalToken(oauth, store, PORTAL)
    with HubSpot(sandbox.url, token, PORTAL, on_call=calls.append) as hubspot:
        hubspot.account.details()
        sandbox.control.put_clock(advance_s=1801)
        assert PORTAL == hubspot.account.details().portal_id
    assert [200, 401, 200] == [call.status for call in calls]


def test_app_that_was_installed_again_goes_on(oauth: OAuth, sandbox: Sandbox) -> None:
    """The old token is void; the new one is in the store, where the install put it."""
    store = TokenMemory()
    store.save(oauth.exchange(installed(oauth)))
    with HubSpot(sandbox.url, PortalToken(oauth, store, PORTAL), PORTAL) as hubspot:
        hubspot.account.uninstall()
        with pytest.raises(Denied):
            hubspot.account.details()
        store.save(oauth.exchange(installed(oauth)))
        assert PORTAL == hubspot.account.details().portal_id


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def buying(scripted: Any, clock: Clock) -> OAuth:
    """OAuth against the scripted server."""
    app = OAuthApp("client", SECRETS[0], "https://app.example/cb")
    return OAuth(scripted.url, app, clock=clock)


def granted(says: Any, number: int, **more: object) -> Any:
    body = {"access_token": f"access-{number}", "expires_in": 1800, "hub_id": 20000001}
    return says(200, body | more)


def held(clock: Clock, left_s: float) -> TokenMemory:
    store = TokenMemory()
    store.save(Tokens(PORTAL, SECRETS[2], SECRETS[1], clock.now + left_s))
    return store


def test_form_says_who_asks_for_what(buying: OAuth, scripted: Any, says: Any) -> None:
    scripted.in_turn(granted(says, 1))
    tokens = buying.refresh(SECRETS[1])
    (seen,) = scripted.seen
    assert ("POST", "/oauth/2026-09/token") == (seen.method, seen.path)
    assert {
        "grant_type": "refresh_token",
        "refresh_token": SECRETS[1],
        "client_id": "client",
        "client_secret": SECRETS[0],
    } == seen.body
    assert {} == seen.query
    assert "Authorization" not in seen.headers
    assert (PORTAL, NOW + 1800) == (tokens.portal_id, tokens.expires_at)
    assert SECRETS[1] == tokens.refresh_token, "it stays when no other one comes"


@pytest.mark.parametrize(
    ("left_s", "used", "asked"),
    [(121, SECRETS[2], 0), (119, "access-1", 1), (-5, "access-1", 1)],
)
def test_token_is_renewed_two_minutes_early(
    buying: OAuth,
    scripted: Any,
    says: Any,
    clock: Clock,
    left_s: float,
    used: str,
    asked: int,
) -> None:
    scripted.in_turn(granted(says, 1))
    token = PortalToken(buying, held(clock, left_s), PORTAL, clock=clock)
    assert used == token()
    assert asked == len(scripted.seen)


def test_one_renews_for_all(
    buying: OAuth, scripted: Any, says: Any, clock: Clock
) -> None:
    """Two processes with four threads each share a store; HubSpot is asked once."""
    everybody = threading.Barrier(8)
    scripted.script = lambda _: granted(says, len(scripted.seen))
    store = held(clock, -5)
    tokens = [PortalToken(buying, store, PORTAL, clock=clock) for _ in range(2)]

    def use(n: int) -> str:
        everybody.wait(5)
        return tokens[n % 2]()

    with ThreadPoolExecutor(8) as pool:
        assert {"access-1"} == set(pool.map(use, range(8)))
    assert 1 == len(scripted.seen)


def test_new_refresh_token_replaces_the_old_one(
    buying: OAuth, scripted: Any, says: Any, clock: Clock
) -> None:
    scripted.in_turn(granted(says, 1, refresh_token="another"), granted(says, 2))
    store = held(clock, -5)
    token = PortalToken(buying, store, PORTAL, clock=clock)
    token()
    clock.now += 1750
    token()
    assert [SECRETS[1], "another"] == [s.body["refresh_token"] for s in scripted.seen]


def test_old_token_serves_while_hubspot_gives_no_new_one(
    buying: OAuth, scripted: Any, says: Any, clock: Clock
) -> None:
    scripted.in_turn(says(503), says(503), granted(says, 3))
    token = PortalToken(buying, held(clock, 100), PORTAL, clock=clock)
    assert [SECRETS[2]] * 3 == [token() for _ in range(3)]
    assert 1 == len(scripted.seen), "not every call asks again"
    clock.now += 45
    with pytest.raises(ServerBroken):
        token()
    assert "access-3" == token()


def test_token_endpoint_may_ask_to_wait(
    buying: OAuth, scripted: Any, says: Any, clock: Clock
) -> None:
    scripted.in_turn(says(429, {"message": "slow down"}, {"Retry-After": "7"}))
    token = PortalToken(buying, held(clock, -5), PORTAL, clock=clock)
    with pytest.raises(Throttled) as caught:
        token()
    assert 7 == caught.value.retry_after


def test_uninstalled_app_pauses_its_portal(
    buying: OAuth, scripted: Any, says: Any, clock: Clock
) -> None:
    body = {"status": "BAD_REFRESH_TOKEN", "error": "invalid_grant", "message": "no"}
    scripted.in_turn(says(400, body))
    token = PortalToken(buying, held(clock, 100), PORTAL, clock=clock)
    with pytest.raises(Denied):
        token()
    with pytest.raises(Denied, match="has not installed"):
        PortalToken(buying, TokenMemory(), PORTAL, clock=clock)()


def test_nothing_secret_is_ever_shown(
    buying: OAuth, scripted: Any, says: Any, clock: Clock
) -> None:
    """Not in a repr, and not in an error whose answer repeats what was sent."""
    scripted.script = lambda seen: says(400, {"message": f"wrong: {seen.body}"})
    store = held(clock, -5)
    token = PortalToken(buying, store, PORTAL, clock=clock)
    app = OAuthApp("client", SECRETS[0])
    shown = [repr(app), repr(store.load(PORTAL)), repr(token), repr(buying)]
    with pytest.raises(Denied, match="wrong") as caught:
        token()
    with pytest.raises(Denied) as introspected:
        buying.introspect(SECRETS[2])
    shown += [repr(caught.value), repr(introspected.value), str(caught.value.context)]
    assert [] == [s for s in SECRETS if any(s in each for each in shown)]


@pytest.mark.parametrize("credential", [Bearer, DeveloperKey])
def test_error_does_not_repeat_what_opens_the_account(
    scripted: Any, says: Any, credential: Callable[[str], Credential]
) -> None:
    """Neither when the answer repeats it, nor when no answer comes to the URL."""
    secret = "CKfgabcdef-0123456789"
    scripted.in_turn(says(403, {"message": f"{secret} is worth nothing"}))
    with HubSpot(scripted.url, secret, PORTAL, credential=credential) as hubspot:
        with pytest.raises(Denied, match="is worth nothing") as denied:
            hubspot.webhooks("12345").subscriptions()
        assert secret not in repr(hubspot)
    nobody = "http://127.0.0.1:1"
    with (
        HubSpot(nobody, secret, PORTAL, credential=credential) as hubspot,
        pytest.raises(Unreachable) as unreachable,
    ):
        hubspot.webhooks("12345").subscriptions()
    assert secret not in repr(denied.value) + repr(unreachable.value)


def test_developer_key_goes_where_hubspot_wants_it(scripted: Any, says: Any) -> None:
    scripted.in_turn(says(200, {"results": []}))
    key = "developer-key-1"
    with HubSpot(scripted.url, key, PORTAL, credential=DeveloperKey) as hubspot:
        hubspot.webhooks("12345").subscriptions()
    (seen,) = scripted.seen
    assert {"hapikey": "developer-key-1"} == seen.query
    assert "Authorization" not in seen.headers
