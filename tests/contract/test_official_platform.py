"""HubSpot's own client against the sandbox: OAuth, webhooks, signatures."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

import pytest
import requests
from hubspot import HubSpot as OfficialClient
from hubspot.oauth.exceptions import ApiException
from hubspot.utils.signature import Signature

from app.sandbox.testing import Sandbox
from tests.contract import official
from tests.contract.official import inputs

REDIRECT = "https://app.example/back"
DELIVERY_S = 20.0


def tokens(sandbox: Sandbox, **form: str) -> Any:
    api = OfficialClient(host=sandbox.url).oauth.tokens_api
    return api.create(
        client_id=sandbox.config.client_id,
        client_secret=sandbox.config.client_secret,
        redirect_uri=REDIRECT,
        **form,
    )


def code(sandbox: Sandbox) -> str:
    """Install the app as a person would, and return what HubSpot sends along."""
    answer = requests.get(
        f"{sandbox.url}/oauth/authorize",
        params={
            "client_id": sandbox.config.client_id,
            "redirect_uri": REDIRECT,
            "scope": "oauth crm.objects.contacts.read crm.objects.contacts.write",
        },
        allow_redirects=False,
        timeout=10,
    )
    return str(answer.headers["Location"].partition("code=")[2].partition("&")[0])


def test_code_becomes_tokens_that_work_and_can_be_refreshed(sandbox: Sandbox) -> None:
    first = tokens(sandbox, grant_type="authorization_code", code=code(sandbox))
    assert 1800 == first.expires_in
    second = tokens(
        sandbox, grant_type="refresh_token", refresh_token=first.refresh_token
    )
    oauth = OfficialClient(access_token=second.access_token, host=sandbox.url).oauth
    info = oauth.access_tokens_api.get(second.access_token)
    assert sandbox.config.portal_id == str(info.hub_id)
    assert "crm.objects.contacts.read" in info.scopes
    client = OfficialClient(access_token=second.access_token, host=sandbox.url)
    assert [] == client.crm.contacts.get_all()


def test_revoked_refresh_token_is_refused(sandbox: Sandbox) -> None:
    grant = tokens(sandbox, grant_type="authorization_code", code=code(sandbox))
    api = OfficialClient(host=sandbox.url).oauth.refresh_tokens_api
    assert sandbox.config.portal_id == str(api.get(grant.refresh_token).hub_id)
    api.archive(grant.refresh_token)
    with pytest.raises(ApiException, match="BAD_REFRESH_TOKEN") as caught:
        tokens(sandbox, grant_type="refresh_token", refresh_token=grant.refresh_token)
    assert 400 == caught.value.status


def test_code_works_once(sandbox: Sandbox) -> None:
    once = code(sandbox)
    tokens(sandbox, grant_type="authorization_code", code=once)
    with pytest.raises(ApiException, match="BAD_AUTH_CODE"):
        tokens(sandbox, grant_type="authorization_code", code=once)


def test_settings_of_webhooks(sandbox: Sandbox) -> None:
    app = int(sandbox.config.app_id)
    family = official.developer(sandbox).webhooks.settings_api
    wanted = {
        "targetUrl": "https://hooks.example/hubspot",
        "throttling": {"maxConcurrentRequests": 8},
    }
    family.configure(app, wanted)
    read = family.get_all(app)
    assert wanted["targetUrl"] == read.target_url
    assert 8 == read.throttling.max_concurrent_requests
    family.clear(app)


def test_subscriptions_of_webhooks(sandbox: Sandbox) -> None:
    app = int(sandbox.config.app_id)
    family = official.developer(sandbox).webhooks.subscriptions_api
    made = family.create(app, {"eventType": "contact.creation", "active": False})
    other = family.create(
        app,
        {
            "eventType": "contact.propertyChange",
            "propertyName": "email",
            "active": True,
        },
    )
    assert family.update(made.id, app, {"active": True}).active
    changed = family.update_batch(app, inputs({"id": int(made.id), "active": False}))
    assert [False] == [each.active for each in changed.results]
    assert "email" == family.get_by_id(other.id, app).property_name
    family.archive(other.id, app)
    assert [made.id] == [each.id for each in family.get_all(app).results]


@pytest.fixture
def mailbox() -> Iterator[tuple[str, Queue[tuple[dict[str, str], str]]]]:
    """Give the address of a receiver of webhooks, and what it receives."""
    taken: Queue[tuple[dict[str, str], str]] = Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            taken.put((dict(self.headers), raw.decode()))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hubspot?of=acme", taken
    server.shutdown()
    server.server_close()
    thread.join()


def test_signature_helper_accepts_what_the_sandbox_delivers(
    sandbox: Sandbox, mailbox: tuple[str, Queue[tuple[dict[str, str], str]]]
) -> None:
    url, taken = mailbox
    sandbox.control.put_webhooks(target_url=url)
    contact = {"email": "zoë@x.de", "firstname": "Zoë"}
    sandbox.control.create("contacts", [{"properties": contact}])
    headers, body = taken.get(timeout=DELIVERY_S)
    sandbox.control.put_webhooks(target_url="")
    secret = sandbox.config.client_secret
    stamp = headers["X-HubSpot-Request-Timestamp"]
    v3, v1 = headers["X-HubSpot-Signature-v3"], headers["X-HubSpot-Signature"]
    accepts = Signature.is_valid
    assert accepts(v3, secret, body, url, signature_version="v3", timestamp=stamp)
    assert accepts(v1, secret, body, signature_version="v1")
    tampered = body.replace("contact", "company")
    assert not accepts(
        v3, secret, tampered, url, signature_version="v3", timestamp=stamp
    )
    assert not accepts(v1, "another-secret", body, signature_version="v1")


def test_only_what_is_subscribed_is_delivered(
    sandbox: Sandbox, mailbox: tuple[str, Queue[tuple[dict[str, str], str]]]
) -> None:
    url, taken = mailbox
    app = int(sandbox.config.app_id)
    webhooks = official.developer(sandbox).webhooks
    webhooks.settings_api.configure(
        app, {"targetUrl": url, "throttling": {"maxConcurrentRequests": 6}}
    )
    for event, name in (("contact.propertyChange", "city"), ("company.creation", None)):
        wanted = {"eventType": event, "propertyName": name, "active": True}
        webhooks.subscriptions_api.create(app, wanted)
    crm = official.client(sandbox).crm
    crm.contacts.basic_api.create(
        {"properties": {"email": "ada@x.de", "city": "Ulm", "phone": "1"}}
    )
    crm.companies.basic_api.create({"properties": {"name": "Acme"}})
    events: list[dict[str, Any]] = []
    while len(events) < 2:
        events += json.loads(taken.get(timeout=DELIVERY_S)[1])
    assert {("contact.propertyChange", "city"), ("company.creation", None)} == {
        (each["subscriptionType"], each.get("propertyName")) for each in events
    }
    assert 2 == len(events)
