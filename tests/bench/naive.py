"""The usual way, for comparison: a Celery task for each event, a call for each step.

It does what hubkeeper does with the same action functions, only record by record: get
the contact, find or make the company, associate it, write the note, write the contact.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Mapping
from typing import Any

import orjson
import redis
import requests
from celery import Celery

from app import settings
from app.events import wire
from app.events.model import Event
from app.hubspot.association_type import CONTACT_TO_PRIMARY_COMPANY, DEFAULT_TYPES
from app.hubspot.shapes.association import SPEC
from workers import registry
from workers.action import Action
from workers.changes import AssociateCompany, LogActivity, PinLatest, SetProperties
from workers.contact import Contact

QUEUE = "naive"
# Counts finished tasks, so that the benchmark knows when all are done.
DONE = "naive:done"
FAILED = "naive:failed"
OBJECTS = "/crm/v3/objects"
ASSOCIATIONS = "/crm/v4/objects/contacts/{}/associations/companies/{}"
TIMEOUT_S = 20.0

app = Celery("naive")
app.conf.update(
    broker_url=os.environ.get("REDIS_URL", ""),
    broker_connection_retry_on_startup=True,
    task_default_queue=QUEUE,
    task_ignore_result=True,
)


@app.task(name="naive.handle")  # type: ignore[untyped-decorator]
def handle(event: dict[str, Any]) -> None:
    """Do what one event asks for."""
    read = wire.parse(orjson.dumps([event]))[0]
    try:
        if isinstance(read, Event):
            reconcile(hubspot(), read)
    except Exception:
        store().incr(FAILED)
        raise
    finally:
        store().incr(DONE)


class HubSpot:
    """A session and a token."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Make one call and return its JSON."""
        answer = self._session.request(
            method, self._url + path, json=body, timeout=TIMEOUT_S
        )
        answer.raise_for_status()
        return answer.json()


@functools.cache
def hubspot() -> HubSpot:
    ours = settings.from_environ(os.environ)
    return HubSpot(ours.hubspot_api_url, ours.hubspot_access_token)


@functools.cache
def store() -> redis.Redis:
    return redis.Redis.from_url(settings.from_environ(os.environ).redis_url)


@functools.cache
def actions() -> list[Action]:
    return [action for action in registry.discover() if action.default]


def reconcile(api: HubSpot, event: Event) -> None:
    """Get, act, write."""
    wanted = [action for action in actions() if action.wants(event)]
    if not wanted:
        return
    contact_id = event.object_id
    path = f"{OBJECTS}/contacts/{contact_id}"
    names = sorted({name for each in wanted for name in each.reads_with({})})
    before = api.call("GET", f"{path}?properties={','.join(names)}")["properties"]
    values: dict[str, str] = {}
    for action in wanted:
        contact = Contact(contact_id, {**dict.fromkeys(names), **before, **values})
        for change in action(contact, [event]):
            match change:
                case SetProperties():
                    values |= change.values
                case AssociateCompany():
                    associate(api, contact_id, company_of(api, change))
                case PinLatest(otherwise=LogActivity() as wanted_note):
                    note_id = write(api, contact_id, wanted_note)
                    values["hs_pinned_engagement_id"] = note_id
    if differing := {k: v for k, v in values.items() if (before.get(k) or "") != v}:
        api.call("PATCH", path, {"properties": differing})


def company_of(api: HubSpot, wish: AssociateCompany) -> str:
    """Return the id of the company with this domain, made if it is missing."""
    condition = {"propertyName": "domain", "operator": "EQ", "value": wish.domain}
    body = {"filterGroups": [{"filters": [condition]}], "limit": 1}
    found = api.call("POST", f"{OBJECTS}/companies/search", body)["results"]
    if found:
        return str(found[0]["id"])
    properties = {"domain": wish.domain, "name": wish.name}
    return _made(api, "companies", {"properties": properties})


def associate(api: HubSpot, contact_id: str, company_id: str) -> None:
    """Make the company the contact's primary one."""
    path = ASSOCIATIONS.format(contact_id, company_id)
    api.call("PUT", path, [SPEC.write(CONTACT_TO_PRIMARY_COMPANY)])


def write(api: HubSpot, contact_id: str, note: LogActivity) -> str:
    """Write a note on the contact; return its id."""
    types = [SPEC.write(DEFAULT_TYPES["notes", "contacts"])]
    now_ms = str(int(time.time() * 1000))
    body = {
        "properties": {"hs_timestamp": now_ms, **note.properties},
        "associations": [{"to": {"id": contact_id}, "types": types}],
    }
    return _made(api, "notes", body)


def _made(api: HubSpot, object_type: str, body: Mapping[str, Any]) -> str:
    return str(api.call("POST", f"{OBJECTS}/{object_type}", body)["id"])
