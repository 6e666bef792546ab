"""The rows about the account, its people and its apps."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from app.errors import Denied, Refused
from app.hubspot.oauth import Tokens
from app.hubspot.shapes.webhook import NewSubscription
from tests.contract.row import Scene, Table

ACCOUNT = Table("Account and owners")
OAUTH = Table("OAuth")
WEBHOOKS = Table("Webhooks")

SCOPES = ["oauth", "crm.objects.contacts.read", "crm.objects.contacts.write"]
TARGET = "https://hooks.example/hubspot"


def install(scene: Scene) -> str:
    """Install the app as a person does; return the code that comes back."""
    return consent(scene.oauth.authorize_url(SCOPES, state="x"))


def consent(url: str) -> str:
    answer = requests.get(url, allow_redirects=False, timeout=10)
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert ["x"] == back["state"]
    return back["code"][0]


def tokens(scene: Scene) -> Tokens:
    return scene.oauth.exchange(install(scene))


@ACCOUNT.row("details", "account.details()", "GET {account}/details")
def details(scene: Scene) -> None:
    found = scene.hubspot.account.details()
    assert scene.sandbox.config.portal_id == found.portal_id
    assert found.record_url("0-1", "501").endswith("/record/0-1/501")


@ACCOUNT.row(
    "calls made today",
    "account.daily_usage()",
    "GET {account}/api-usage/daily/private-apps",
)
def daily_usage(scene: Scene) -> None:
    before = scene.hubspot.account.daily_usage()[0].current_usage
    scene.contact()
    assert before < scene.hubspot.account.daily_usage()[0].current_usage


@ACCOUNT.row(
    "uninstall the app",
    "account.uninstall()",
    "DELETE {installs}/external-install",
)
def uninstall(scene: Scene) -> None:
    granted = tokens(scene)
    installed = scene.client(granted.access_token)
    installed.account.uninstall()
    with pytest.raises(Denied):
        installed.account.details()


@ACCOUNT.row("owners: list", "owners.list()", "GET {owners}")
def list_owners(scene: Scene) -> None:
    everybody = list(scene.hubspot.owners.list())
    [one] = scene.hubspot.owners.list(email=everybody[0].email)
    assert everybody[0] == one


@ACCOUNT.row("owners: read", "owners.read(owner_id)", "GET {owners}/{id}")
def read_owner(scene: Scene) -> None:
    first = next(scene.hubspot.owners.list())
    assert first == scene.hubspot.owners.read(first.id)
    by_user = scene.hubspot.owners.read(first.user_id, id_property="userId")
    assert first.id == by_user.id
    contact = scene.contact(hubspot_owner_id=first.id)
    assert contact


@OAUTH.row(
    "ask for access, take the code",
    "authorize_url(scopes, state=...)",
    "GET /oauth/authorize",
)
def authorize(scene: Scene) -> None:
    assert consent(scene.oauth.authorize_url(SCOPES, state="x"))


@OAUTH.row("tokens for a code", "exchange(code)", "POST {oauth}/token")
def exchange(scene: Scene) -> None:
    code = install(scene)
    granted = scene.oauth.exchange(code)
    assert scene.sandbox.config.portal_id == granted.portal_id
    assert list(scene.client(granted.access_token).objects("contacts").list()) == []
    with pytest.raises(Denied):
        scene.oauth.exchange(code)


@OAUTH.row("new tokens", "refresh(refresh_token)", "POST {oauth}/token")
def refresh(scene: Scene) -> None:
    old = tokens(scene)
    new = scene.oauth.refresh(old.refresh_token)
    assert old.access_token != new.access_token
    assert scene.client(new.access_token).account.details()


@OAUTH.row(
    "what a token is good for", "introspect(token)", "POST {oauth}/token/introspect"
)
def introspect(scene: Scene) -> None:
    found = scene.oauth.introspect(tokens(scene).access_token)
    assert found.active
    assert set(SCOPES) <= set(found.scopes)


@OAUTH.row("revoke", "revoke(refresh_token)", "POST {oauth}/token/revoke")
def revoke(scene: Scene) -> None:
    granted = tokens(scene)
    scene.oauth.revoke(granted.refresh_token)
    with pytest.raises(Denied):
        scene.oauth.refresh(granted.refresh_token)


@WEBHOOKS.row(
    "settings: read, set",
    "webhooks(app_id).update_settings(target_url)",
    "PUT {webhooks}/settings",
)
def update_settings(scene: Scene) -> None:
    family = scene.developer.webhooks(scene.sandbox.config.app_id)
    family.update_settings(TARGET, max_concurrent_requests=8)
    found = family.settings()
    assert (TARGET, 8) == (found.target_url, found.throttling.max_concurrent_requests)


@WEBHOOKS.row(
    "settings: delete",
    "webhooks(app_id).delete_settings()",
    "DELETE {webhooks}/settings",
)
def delete_settings(scene: Scene) -> None:
    family = scene.developer.webhooks(scene.sandbox.config.app_id)
    family.update_settings(TARGET)
    kept = family.create(NewSubscription("contact.creation", active=True))
    family.delete_settings()
    assert not family.read(kept.id).active


@WEBHOOKS.row(
    "subscribe",
    'webhooks(app_id).create(NewSubscription("contact.creation"))',
    "POST {webhooks}/subscriptions",
)
def create(scene: Scene) -> None:
    family = scene.developer.webhooks(scene.sandbox.config.app_id)
    wanted = NewSubscription("contact.propertyChange", "email", active=False)
    made = family.create(wanted)
    assert ("email", False) == (made.property_name, made.active)
    with pytest.raises(Refused) as caught:
        family.create(wanted)
    assert made.id in caught.value.context["subscriptionIds"]


@WEBHOOKS.row(
    "list subscriptions",
    "webhooks(app_id).subscriptions()",
    "GET {webhooks}/subscriptions",
)
def subscriptions(scene: Scene) -> None:
    family = scene.developer.webhooks(scene.sandbox.config.app_id)
    generic = NewSubscription("object.creation", object_type_id="0-3", active=True)
    made = {family.create(generic).id}
    assert made == {each.id for each in family.subscriptions()}


@WEBHOOKS.row(
    "pause and go on",
    "webhooks(app_id).update(subscription_id, active=...)",
    "PATCH {webhooks}/subscriptions/{id}",
)
def update(scene: Scene) -> None:
    family = scene.developer.webhooks(scene.sandbox.config.app_id)
    made = family.create(NewSubscription("contact.deletion"))
    assert family.update(made.id, active=True).active
    assert family.read(made.id).active


@WEBHOOKS.row(
    "pause and go on with many",
    "webhooks(app_id).batch_update({subscription_id: active})",
    "POST {webhooks}/subscriptions/batch/update",
)
def batch_update(scene: Scene) -> None:
    family = scene.developer.webhooks(scene.sandbox.config.app_id)
    made = family.create(NewSubscription("contact.merge"))
    done = family.batch_update({made.id: True, "999999": True})
    assert done.records[made.id].active
    assert {"999999"} == set(done.errors)


@WEBHOOKS.row(
    "unsubscribe",
    "webhooks(app_id).archive(subscription_id)",
    "DELETE {webhooks}/subscriptions/{id}",
)
def archive(scene: Scene) -> None:
    family = scene.developer.webhooks(scene.sandbox.config.app_id)
    made = family.create(NewSubscription("contact.restore"))
    family.archive(made.id)
    assert () == family.subscriptions()
