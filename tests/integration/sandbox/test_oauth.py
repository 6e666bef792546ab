"""How an app gets tokens, what they allow, and how they end: over HTTP, as apps do."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.testing import Sandbox, running
from tests.integration.sandbox.conftest import CONTACTS, error_of

HOME = "https://app.example.com/callback?from=hubspot"
APP = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
READ = "crm.objects.contacts.read"
VERSIONS = ["v1", "v3", "2026-03", "2026-09"]
NEWER = VERSIONS[1:]
NOBODY = {
    "message": (
        "Authentication credentials not found. This API supports OAuth 2.0 "
        "authentication and you can find more details at "
        "https://developers.hubspot.com/docs/methods/auth/oauth-overview"
    ),
    "category": "INVALID_AUTHENTICATION",
}

Json = dict[str, Any]


class Caller:
    """An app that has been told where HubSpot is."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.url = sandbox.url

    def ask(self, accept: str = "*/*", **changes: str) -> requests.Response:
        asked = {"client_id": APP["client_id"], "redirect_uri": HOME, "scope": READ}
        return requests.get(
            f"{self.url}/oauth/authorize",
            params=asked | changes,
            headers={"Accept": accept},
            allow_redirects=False,
            timeout=30,
        )

    def code(self, **changes: str) -> str:
        location = self.ask(**changes).headers["Location"]
        return parse_qs(urlsplit(location).query)["code"][0]

    def post(self, path: str, **form: str) -> requests.Response:
        return requests.post(f"{self.url}/oauth/{path}", data=APP | form, timeout=30)

    def exchange(
        self, code: str, version: str = "2026-09", **changes: str
    ) -> requests.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": HOME}
        return self.post(f"{version}/token", **form | changes)

    def refresh(
        self, token: str, version: str = "2026-09", **changes: str
    ) -> requests.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return self.post(f"{version}/token", **form | changes)

    def install(self, *scopes: str) -> Json:
        code = self.code(scope=" ".join(scopes or (READ,)))
        tokens: Json = self.exchange(code).json()
        return tokens

    def call(self, token: str, method: str, path: str) -> requests.Response:
        bearer = {"Authorization": f"Bearer {token}"}
        return requests.request(method, self.url + path, headers=bearer, timeout=30)

    def read(self, token: str) -> requests.Response:
        return self.call(token, "GET", CONTACTS)


@pytest.fixture(scope="module")
def installed_on() -> Iterator[Sandbox]:
    """Give a sandbox whose clock these tests may move."""
    with running(SandboxConfig(plan=PLANS["unlimited"])) as sandbox:
        yield sandbox


@pytest.fixture
def app(installed_on: Sandbox) -> Caller:
    installed_on.control.reset()
    return Caller(installed_on)


def refused(answer: requests.Response, code: str, error: str) -> None:
    """Check a refusal of the token endpoint."""
    body = answer.json()
    assert (400, code, error) == (answer.status_code, body["status"], body["error"])
    assert answer.headers["X-HubSpot-Correlation-Id"] == body["correlationId"]
    assert body["message"]
    assert body["error_description"]


def test_an_account_that_agrees_sends_the_app_a_code(app):
    answer = app.ask(state="a b&c")
    location = urlsplit(answer.headers["Location"])
    told = parse_qs(location.query)

    assert 302 == answer.status_code
    assert "https://app.example.com/callback" == location._replace(query="").geturl()
    assert (["hubspot"], ["a b&c"]) == (told["from"], told["state"])
    assert 1 == len(told["code"])


def test_a_program_may_have_the_code_as_json(app):
    body = app.ask(accept="application/json", state="s").json()

    assert {"code", "state", "redirect"} == set(body)
    assert 200 == app.exchange(body["code"]).status_code


@pytest.mark.parametrize("version", VERSIONS)
def test_a_code_buys_tokens_once(app, version):
    code = app.code()
    first, second = app.exchange(code, version), app.exchange(code, version)
    tokens = first.json()

    assert {
        "token_type": "bearer",
        "expires_in": 1800,
        "hub_id": 20000001,
        "user_id": 777,
        "scopes": ["oauth", READ],
        "token_use": "access_token",
    } == {n: v for n, v in tokens.items() if n not in ("access_token", "refresh_token")}
    assert len(tokens["access_token"]) <= 512
    assert 200 == app.read(tokens["access_token"]).status_code
    refused(second, "BAD_AUTH_CODE", "invalid_grant")
    assert "missing or unknown auth code" == second.json()["message"]


@pytest.mark.parametrize("version", VERSIONS)
def test_refreshing_gives_a_further_token_and_the_same_refresh_token(app, version):
    first = app.install()
    second = app.refresh(first["refresh_token"], version).json()

    assert first["refresh_token"] == second["refresh_token"]
    assert first["access_token"] != second["access_token"]
    for tokens in (first, second):
        assert 200 == app.read(tokens["access_token"]).status_code


def test_a_refresh_token_may_be_replaced_each_time(app):
    app.sandbox.control.put_switches(refresh_token_rotates=True)
    first = app.install()
    second = app.refresh(first["refresh_token"]).json()

    assert first["refresh_token"] != second["refresh_token"]
    refused(app.refresh(first["refresh_token"]), "BAD_REFRESH_TOKEN", "invalid_grant")
    assert 200 == app.refresh(second["refresh_token"]).status_code


@pytest.mark.parametrize(
    ("changes", "code", "error"),
    [
        ({"client_id": "x"}, "BAD_CLIENT_ID", "invalid_client"),
        ({"client_secret": "x"}, "BAD_CLIENT_SECRET", "invalid_client"),
        ({"client_secret": "ü"}, "BAD_CLIENT_SECRET", "invalid_client"),
        ({"redirect_uri": "https://x.com"}, "BAD_REDIRECT_URI", "invalid_grant"),
        ({"code": "x"}, "BAD_AUTH_CODE", "invalid_grant"),
        ({"grant_type": "password"}, "BAD_GRANT_TYPE", "unsupported_grant_type"),
        (
            {"grant_type": "client_credentials"},
            "BAD_GRANT_TYPE",
            "unsupported_grant_type",
        ),
    ],
)
def test_a_code_is_refused_in_hubspots_words(app, changes, code, error):
    good = {"grant_type": "authorization_code", "redirect_uri": HOME}
    form = good | {"code": app.code()} | changes
    refused(app.post("2026-09/token", **form), code, error)


def test_an_unknown_refresh_token_is_refused_word_for_word(app):
    body = app.refresh("x").json()
    body.pop("correlationId")

    assert {
        "status": "BAD_REFRESH_TOKEN",
        "message": "missing or invalid refresh token",
        "error": "invalid_grant",
        "error_description": "refresh token is invalid, expired or revoked",
    } == body


def test_a_refresh_may_ask_for_less_and_not_for_more(app):
    token = app.install(READ, "crm.objects.companies.read")["refresh_token"]
    less = app.refresh(token, scope=READ).json()
    more = app.refresh(token, scope="crm.objects.deals.read")

    assert ["oauth", READ] == less["scopes"]
    refused(more, "BAD_SCOPES", "invalid_scope")


def test_an_account_that_is_not_active_gives_no_tokens(app):
    token = app.install()["refresh_token"]
    app.sandbox.control.call("PUT", "/app", {"account_is_active": False})

    refused(app.refresh(token), "BAD_HUB", "access_denied")


def test_a_code_that_comes_late_buys_nothing(app):
    code = app.code()
    app.sandbox.control.put_clock(advance_s=61)

    refused(app.exchange(code), "EXPIRED_AUTH_CODE", "invalid_grant")


def test_a_code_may_be_bound_to_a_verifier(app):
    verifier = "a-verifier-that-only-the-app-knows-0123456789"
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    pkce = {"code_challenge": challenge, "code_challenge_method": "S256"}

    refused(app.exchange(app.code(**pkce)), "BAD_AUTH_CODE", "invalid_grant")
    wrong = app.exchange(app.code(**pkce), code_verifier=challenge)
    refused(wrong, "BAD_AUTH_CODE", "invalid_grant")
    right = app.exchange(app.code(**pkce), code_verifier=verifier)
    assert 200 == right.status_code


def test_an_access_token_expires_by_the_sandboxs_clock(app):
    tokens = app.install()
    app.sandbox.control.put_clock(advance_s=1_790)
    before = app.read(tokens["access_token"])
    app.sandbox.control.put_clock(advance_s=22)
    after = app.read(tokens["access_token"])
    error = error_of(after)

    assert (200, 401) == (before.status_code, after.status_code)
    assert "EXPIRED_AUTHENTICATION" == error["category"]
    # The tests' own seconds pass, too.
    assert error["message"] in {
        f"The OAuth token used to make this call expired {n} second(s) ago."
        for n in range(12, 20)
    }
    assert error["context"]["expire time"][0].endswith("Z")
    renewed = app.refresh(tokens["refresh_token"]).json()
    assert 200 == app.read(renewed["access_token"]).status_code


def test_tokens_can_be_made_to_expire_at_once(app):
    tokens = app.install()

    assert {"expired": 1} == app.sandbox.control.call("POST", "/app/expire-tokens")
    assert (
        "EXPIRED_AUTHENTICATION"
        == error_of(app.read(tokens["access_token"]))["category"]
    )


@pytest.mark.parametrize("version", ["v1", "v3"])
def test_an_app_may_have_a_token_for_itself(app, version):
    body = app.post(
        f"{version}/token", grant_type="client_credentials", scope="developers-read"
    ).json()

    assert ("client_credentials", ["developers-read"], 1800) == (
        body["token_use"],
        body["scopes"],
        body["expires_in"],
    )
    assert "refresh_token" not in body
    path = f"/webhooks/v3/{app.sandbox.config.app_id}/subscriptions"
    assert 200 == app.call(body["access_token"], "GET", path).status_code
    assert 403 == app.call(body["access_token"], "DELETE", f"{path}/1").status_code


@pytest.mark.parametrize("version", NEWER)
def test_introspection_tells_what_a_token_is(app, version):
    tokens = app.install()
    path = f"{version}/token/introspect"
    access = app.post(path, token=tokens["access_token"]).json()
    refresh = app.post(path, token=tokens["refresh_token"]).json()

    common = {
        "active": True,
        "token_type": "bearer",
        "client_id": "sandbox-client",
        "app_id": 1160452,
        "hub_id": 20000001,
        "user_id": 777,
        "scopes": ["oauth", READ],
    }
    assert common == {name: access[name] for name in common}
    assert common == {name: refresh[name] for name in common}
    assert ("access_token", "refresh_token") == (
        access["token_use"],
        refresh["token_use"],
    )
    assert 1700 < access["expires_in"] <= 1800
    assert "expires_in" not in refresh
    assert 20000001 == access["signed_access_token"]["hubId"]


def test_of_a_bad_token_introspection_tells_only_that(app):
    assert {"active": False} == app.post("v3/token/introspect", token="x").json()
    refused(
        app.post("v3/token/introspect", token="x", client_secret="x"),
        "BAD_CLIENT_SECRET",
        "invalid_client",
    )


@pytest.mark.parametrize(("switch", "status"), [(False, 200), (True, 401)])
@pytest.mark.parametrize("version", NEWER)
def test_a_revoked_refresh_token_buys_nothing_more(app, version, switch, status):
    app.sandbox.control.put_switches(revoking_ends_access_tokens=switch)
    tokens = app.install()
    revoked = app.post(f"{version}/token/revoke", token=tokens["refresh_token"])

    assert 200 == revoked.status_code
    refused(app.refresh(tokens["refresh_token"]), "BAD_REFRESH_TOKEN", "invalid_grant")
    assert status == app.read(tokens["access_token"]).status_code


def test_the_old_endpoints_tell_of_tokens_and_end_them(app):
    tokens = app.install()
    access = f"/oauth/v1/access-tokens/{tokens['access_token']}"
    refresh = f"/oauth/v1/refresh-tokens/{tokens['refresh_token']}"
    first = requests.get(app.url + access, timeout=30).json()
    second = requests.get(app.url + refresh, timeout=30).json()

    assert ("access", tokens["access_token"]) == (first["token_type"], first["token"])
    assert ("refresh", "sandbox-client") == (second["token_type"], second["client_id"])
    assert [204, 404] == [
        requests.delete(app.url + refresh, timeout=30).status_code for _ in range(2)
    ]
    assert 404 == requests.get(app.url + refresh, timeout=30).status_code
    assert 200 == app.read(tokens["access_token"]).status_code


@pytest.mark.parametrize("version", NEWER)
def test_uninstalling_the_app_ends_all_its_tokens(app, version):
    tokens = app.install()
    path = f"/appinstalls/{version}/external-install"

    assert 204 == app.call(tokens["access_token"], "DELETE", path).status_code
    assert NOBODY == error_of(app.read(tokens["access_token"]))
    refused(app.refresh(tokens["refresh_token"]), "BAD_REFRESH_TOKEN", "invalid_grant")
    assert 400 == app.call(app.sandbox.config.token, "DELETE", path).status_code


def test_a_scope_that_was_not_granted_is_missing(app):
    token = app.install(READ)["access_token"]
    error = error_of(app.call(token, "GET", "/crm/v3/objects/companies"))

    assert "MISSING_SCOPES" == error["category"]
    (detail,) = error["errors"]
    assert ["crm.objects.companies.read"] == detail["context"]["requiredGranularScopes"]


@pytest.mark.parametrize(
    ("scope", "method", "path", "status"),
    [
        (READ, "GET", CONTACTS, 200),
        (READ, "DELETE", f"{CONTACTS}/7", 403),
        ("crm.objects.contacts.write", "GET", CONTACTS, 403),
        ("crm.objects.contacts.write", "DELETE", f"{CONTACTS}/7", 404),
        (READ, "GET", "/crm/v3/objects/notes", 200),
        ("tickets", "GET", "/crm/v3/objects/tickets", 200),
        (READ, "GET", "/crm/v3/objects/tickets", 403),
        ("tickets", "GET", "/account-info/v3/details", 200),
        (READ, "GET", "/crm/v3/properties/contacts", 200),
        ("crm.schemas.contacts.read", "GET", "/crm/v3/properties/contacts", 200),
        ("crm.objects.deals.read", "GET", "/crm/v3/properties/contacts", 403),
        (READ, "DELETE", "/crm/v3/properties/contacts/x", 403),
        (
            "crm.schemas.contacts.write",
            "DELETE",
            "/crm/v3/properties/contacts/no_such_name",
            404,
        ),
        (READ, "GET", "/webhooks/v3/1160452/subscriptions", 403),
        ("developers-read", "GET", "/webhooks/v3/1160452/subscriptions", 200),
    ],
)
def test_each_family_of_calls_has_its_scopes(app, scope, method, path, status):
    token = app.install(scope)["access_token"]

    assert status == app.call(token, method, path).status_code


def test_oauth_callers_are_not_told_of_a_daily_limit(app):
    app.sandbox.control.put_limits(plan="professional")
    oauth = app.read(app.install()["access_token"]).headers
    private = app.read(app.sandbox.config.token).headers

    daily = "X-HubSpot-RateLimit-Daily"
    assert (False, True) == (daily in oauth, daily in private)
    assert "190" == oauth["X-HubSpot-RateLimit-Max"]


def test_a_person_may_turn_the_app_away(app):
    app.sandbox.control.call("PUT", "/app", {"consent": "deny"})
    told = parse_qs(urlsplit(app.ask(state="s").headers["Location"]).query)

    assert (["access_denied"], ["s"]) == (told["error"], told["state"])
    assert "code" not in told


@pytest.mark.parametrize(("decision", "told"), [("grant", "code"), ("deny", "error")])
def test_a_person_may_be_asked_on_a_page(app, decision, told):
    """What the app sent is on the page as text, and cannot become part of it."""
    app.sandbox.control.call("PUT", "/app", {"consent": "ask"})
    page = app.ask(state='"><script>alert(1)</script>', scope=f"{READ} <b>x</b>")
    form = {
        "client_id": "sandbox-client",
        "redirect_uri": HOME,
        "scope": READ,
        "decision": decision,
    }
    answer = requests.post(
        f"{app.url}/oauth/authorize", data=form, allow_redirects=False, timeout=30
    )

    assert page.headers["Content-Type"].startswith("text/html")
    assert READ in page.text
    assert "<script>" not in page.text
    assert "<b>" not in page.text
    assert 302 == answer.status_code
    assert told in parse_qs(urlsplit(answer.headers["Location"]).query)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "x"}, "BAD_CLIENT_ID"),
        ({"redirect_uri": ""}, "BAD_REDIRECT_URI"),
        ({"redirect_uri": "javascript:alert(1)"}, "BAD_REDIRECT_URI"),
        ({"scope": ""}, "BAD_SCOPES"),
    ],
)
def test_a_wish_that_cannot_be_granted_leads_nowhere(app, changes, code):
    answer = app.ask(**changes)

    assert (400, code) == (answer.status_code, answer.json()["status"])
    assert "Location" not in answer.headers


def test_an_app_has_only_what_its_developer_registered():
    """Optional scopes that it cannot have are left out; required ones are an error."""
    config = SandboxConfig(scopes=(READ,), redirect_uris=(HOME,))
    with running(config) as sandbox:
        app = Caller(sandbox)
        code = app.code(optional_scope="crm.objects.deals.read")
        elsewhere = app.ask(redirect_uri="https://evil.example.com").json()
        greedy = app.ask(scope="crm.objects.deals.read").json()

        assert ["oauth", READ] == app.exchange(code).json()["scopes"]
        assert ("BAD_REDIRECT_URI", "BAD_SCOPES") == (
            elsewhere["status"],
            greedy["status"],
        )
        assert 200 == app.read(config.token).status_code
        assert 403 == app.call(config.token, "DELETE", f"{CONTACTS}/7").status_code


def test_a_private_token_can_be_looked_up(app):
    path = f"{app.url}/oauth/v2/private-apps/get/access-token-info"
    found = requests.post(path, json={"tokenKey": app.sandbox.config.token}, timeout=30)
    body = found.json()

    assert (777, 20000001, 1160452) == (body["userId"], body["hubId"], body["appId"])
    assert {READ, "crm.schemas.contacts.write", "tickets"} < set(body["scopes"])
    wrong = requests.post(path, json={"tokenKey": "x"}, timeout=30)
    assert NOBODY == error_of(wrong)


def test_a_rotated_private_token_ends_at_once_or_a_week_later(app):
    control, old = app.sandbox.control, app.sandbox.config.token
    new = control.call("POST", "/app/rotate-token", {"overlap_s": 604_800})["token"]
    during = [app.read(token).status_code for token in (old, new)]
    control.put_clock(advance_s=604_801)
    later = app.read(old)
    newest = control.call("POST", "/app/rotate-token")["token"]

    assert new.startswith("pat-na1-")
    assert [200, 200] == during
    assert NOBODY == error_of(later)
    assert [401, 200] == [app.read(token).status_code for token in (new, newest)]


def test_an_api_key_opens_nothing_but_the_developers_endpoints(app):
    key = {"hapikey": app.sandbox.config.developer_key}
    webhooks = f"{app.url}/webhooks/v3/{app.sandbox.config.app_id}/subscriptions"
    contacts = requests.get(app.url + CONTACTS, params=key, timeout=30)

    assert (401, NOBODY) == (contacts.status_code, error_of(contacts))
    assert 200 == requests.get(webhooks, params=key, timeout=30).status_code
    wrong = requests.get(webhooks, params={"hapikey": "x"}, timeout=30)
    assert (401, NOBODY) == (wrong.status_code, error_of(wrong))


def test_the_token_endpoint_can_be_throttled_and_does_not_count_as_a_call(app):
    app.sandbox.control.put_faults(
        {"kind": "429_ten_secondly", "path": "/oauth/*/token", "times": 1}
    )
    code = app.code()
    first, second = app.exchange(code), app.exchange(code)

    assert (429, 200) == (first.status_code, second.status_code)
    assert "X-HubSpot-RateLimit-Max" not in second.headers


def test_what_the_control_plane_cannot_do_it_says(app):
    for path, body, word in (
        ("/app", {"consent": "perhaps"}, "consent"),
        ("/app", {"mood": "good"}, "mood"),
    ):
        with pytest.raises(ValueError, match=word):
            app.sandbox.control.call("PUT", path, body)
    for path, body, word in (
        ("/app/install", {"scopes": "all"}, "scopes"),
        ("/app/rotate-token", {"overlap_s": -1}, "overlap_s"),
    ):
        with pytest.raises(ValueError, match=word):
            app.sandbox.control.call("POST", path, body)


def test_a_snapshot_keeps_the_tokens(app):
    control = app.sandbox.control
    tokens = control.call("POST", "/app/install", {"scopes": [READ]})
    kept = control.snapshot()
    control.call("POST", "/app/uninstall")
    gone = app.read(tokens["access_token"]).status_code
    control.restore(kept)

    assert (401, 200) == (gone, app.read(tokens["access_token"]).status_code)
    assert 200 == app.refresh(tokens["refresh_token"]).status_code


def test_one_seed_gives_the_same_tokens():
    made = []
    for seed in (1, 1, 2):
        with running(SandboxConfig(seed=seed)) as sandbox:
            made.append(sandbox.control.call("POST", "/app/install")["access_token"])

    assert made[0] == made[1] != made[2]
