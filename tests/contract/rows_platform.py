"""The rows about the account, its people, its apps, and the calls of version 1."""

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
CONTACTS_V1 = Table("Contacts by version 1 (until September 2027)")

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


@CONTACTS_V1.row(
    "create or update by e-mail",
    "contacts_v1.create_or_update(email, properties)",
    "POST /contacts/v1/contact/createOrUpdate/email/{email}",
)
def create_or_update(scene: Scene) -> None:
    family = scene.hubspot.contacts_v1
    made = family.create_or_update("ada@x.de", {"city": "Ulm"})
    again = family.create_or_update("ada@x.de", {"city": "Bonn"})
    assert (made.vid, True, False) == (again.vid, made.is_new, again.is_new)
    scene.contact("bob@x.de")
    with pytest.raises(Refused) as caught:
        family.create_or_update("ada@x.de", {"email": "bob@x.de"})
    assert 409 == caught.value.status


@CONTACTS_V1.row(
    "create or update many",
    "contacts_v1.batch_create_or_update({email: properties})",
    "POST /contacts/v1/contact/batch",
)
def batch_create_or_update(scene: Scene) -> None:
    done = scene.hubspot.contacts_v1.batch_create_or_update(
        {"ada@x.de": {"city": "Ulm"}, "no one": {"city": "Ulm"}}
    )
    assert {"ada@x.de"} == set(done.records)
    assert {"no one"} == set(done.errors)


@CONTACTS_V1.row(
    "read by vid",
    "contacts_v1.read(vid)",
    "GET /contacts/v1/contact/vid/{vid}/profile",
)
def read(scene: Scene) -> None:
    contact = scene.contact(city="Ulm")
    assert "Ulm" == scene.hubspot.contacts_v1.read(contact).properties["city"]


@CONTACTS_V1.row(
    "read by e-mail",
    "contacts_v1.read_by_email(email)",
    "GET /contacts/v1/contact/email/{email}/profile",
)
def read_by_email(scene: Scene) -> None:
    contact = scene.contact()
    assert contact == scene.hubspot.contacts_v1.read_by_email("ada@x.de").vid


@CONTACTS_V1.row(
    "update by vid",
    "contacts_v1.update(vid, properties)",
    "POST /contacts/v1/contact/vid/{vid}/profile",
)
def update_v1(scene: Scene) -> None:
    contact, family = scene.contact(), scene.hubspot.contacts_v1
    family.update(contact, {"city": "Ulm"})
    assert "Ulm" == family.read(contact).properties["city"]


@CONTACTS_V1.row(
    "update by e-mail",
    "contacts_v1.update_by_email(email, properties)",
    "POST /contacts/v1/contact/email/{email}/profile",
)
def update_by_email(scene: Scene) -> None:
    contact, family = scene.contact(), scene.hubspot.contacts_v1
    family.update_by_email("ada@x.de", {"city": "Ulm"})
    assert "Ulm" == family.read(contact).properties["city"]


@CONTACTS_V1.row(
    "list all",
    "contacts_v1.list()",
    "GET /contacts/v1/lists/all/contacts/all",
)
def list_v1(scene: Scene) -> None:
    wanted = [{"properties": {"email": f"p{n}@x.de"}} for n in range(120)]
    ids = scene.control.create("contacts", wanted)
    assert set(ids) == {each.vid for each in scene.hubspot.contacts_v1.list(["email"])}


@CONTACTS_V1.row(
    "list those changed lately",
    "contacts_v1.recently_updated()",
    "GET /contacts/v1/lists/recently_updated/contacts/recent",
)
def recently_updated(scene: Scene) -> None:
    contact = scene.contact()
    found = scene.hubspot.contacts_v1.recently_updated()
    assert [contact] == [each.vid for each in found]


@CONTACTS_V1.row(
    "properties",
    "contacts_v1.properties()",
    "GET /properties/v1/contacts/properties",
)
def properties(scene: Scene) -> None:
    found = {each.name for each in scene.hubspot.contacts_v1.properties()}
    assert {"email", "lifecyclestage"} <= found


@CONTACTS_V1.row(
    "secondary e-mail: add",
    "contacts_v1.add_secondary_email(vid, email)",
    "PUT /contacts/v1/secondary-email/{vid}/email/{email}",
)
def add_secondary_email(scene: Scene) -> None:
    contact = scene.contact()
    scene.hubspot.contacts_v1.add_secondary_email(contact, "lovelace@x.de")
    contacts, name = scene.hubspot.objects("contacts"), "hs_additional_emails"
    found = contacts.read("lovelace@x.de", [name], id_property="email")
    assert (contact, "lovelace@x.de") == (found.id, found.properties[name])
    with pytest.raises(Refused):
        scene.contact("Lovelace@x.de")


@CONTACTS_V1.row(
    "secondary e-mail: remove",
    "contacts_v1.remove_secondary_email(vid, email)",
    "DELETE /contacts/v1/secondary-email/{vid}/email/{email}",
)
def remove_secondary_email(scene: Scene) -> None:
    contact, family = scene.contact(), scene.hubspot.contacts_v1
    family.add_secondary_email(contact, "lovelace@x.de")
    family.remove_secondary_email(contact, "lovelace@x.de")
    assert scene.contact("lovelace@x.de")
