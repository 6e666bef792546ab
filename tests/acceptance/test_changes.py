"""Every trigger with every change, by real webhooks, in both payload generations."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.hubspot.shapes.property import NewProperty
from tests.acceptance.changing_actions import CHANGES, TRIGGERS, WILLS
from tests.acceptance.conftest import PORTAL, Service, start

GONE = ("deletion", "privacyDeletion")
ALIVE = [trigger for trigger in TRIGGERS if trigger not in GONE]
GENERIC = ("creation", "propertyChange", "associationChange", "merge", "restore")
# Forward and UpsertRecord are carried out, and what is gone need not be archived.
SILENT = ("Forward", "UpsertRecord", "ArchiveRecord")
PIN = "hs_pinned_engagement_id"
RULES = '[[rule]]\nname = "told"\naction = "changing_actions.as_told"\n'


@dataclass(slots=True)
class Row:
    """One trigger with one change, tried on one contact."""

    trigger: str
    change: str
    told: dict[str, str]
    contact: str = ""


@pytest.fixture(scope="module")
def forwarded() -> Iterator[tuple[str, list[str]]]:
    """Give the URL of somebody's server, and the domains that were forwarded to it."""
    got: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(json.loads(body)["domain"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", got
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    directory = tmp_path_factory.mktemp("changes")
    rules = directory / "rules.toml"
    rules.write_text(RULES)
    wills = directory / "wills.json"
    wills.write_text("{}")
    with start(
        directory,
        ACTION_MODULES="tests.acceptance.changing_actions",
        RULES_FILE=str(rules),
        ALLOW_MERGE="true",
        ALLOW_ARCHIVE="true",
        FORWARD_SECRET="secret",
        FORWARD_PRIVATE="true",
        **{WILLS: str(wills)},
    ) as running:
        unique = NewProperty(
            "order_number", "Order", "dealinformation", has_unique_value=True
        )
        client = running.services.clients.of(PORTAL)
        client.properties("deals").create(unique)
        yield running


def link(to_id: str, type_id: int) -> dict[str, Any]:
    kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}
    return {"to": {"id": to_id}, "types": [kind]}


def prepare(
    service: Service, generation: str, url: str, triggers: Sequence[str]
) -> list[Row]:
    """Create all contacts, each with what its change needs."""
    control = service.control
    pairs = [(trigger, change) for trigger in triggers for change in CHANGES]
    count = len(pairs)
    stamp = {"hs_note_body": "x", "hs_timestamp": "1795166400000"}
    notes = control.create("notes", [{"properties": stamp}] * count)
    deals = control.create("deals", [{"properties": {"dealname": "d"}}] * count * 2)
    companies = control.create("companies", [{"properties": {"name": "c"}}] * count)
    others = control.create("contacts", [{"properties": {"lastname": "o"}}] * count)
    rows = [
        Row(
            trigger,
            change,
            {
                "domain": f"{generation}-{trigger}-{change}-ag.de".lower(),
                "note": notes[n],
                "deal": deals[n],
                "free_deal": deals[count + n],
                "company": companies[n],
                "other": others[n],
                "url": url,
            },
        )
        for n, (trigger, change) in enumerate(pairs)
    ]
    created = control.create("contacts", [_contact(row) for row in rows])
    for row, contact in zip(rows, created, strict=True):
        row.contact = contact
    return rows


def _contact(row: Row) -> dict[str, Any]:
    properties = {
        "email": f"a@{row.told['domain']}",
        "jobtitle": f"{row.trigger} {row.change}",
        "message": json.dumps(row.told),
    }
    if row.change == "Unpin":
        properties[PIN] = row.told["note"]
    links = [link(row.told["deal"], 4)]
    if row.change != "PinActivity":
        links.append(link(row.told["note"], 201))
    return {"properties": properties, "associations": links}


def pull(service: Service, rows: list[Row]) -> None:
    """Let the trigger of every row happen; creation and association have happened."""
    control = service.control
    for row in rows:
        who = {"ids": [row.contact]}
        match row.trigger:
            case "propertyChange":
                service.update(row.contact, state="changed")
            case "merge":
                body = {"properties": {"lastname": "m"}}
                (merged,) = control.create("contacts", [body])
                both = {"ids": [row.contact, merged]}
                made = control.call("POST", "/objects/contacts/merge", both)
                row.contact = made["id"]
            case "restore":
                control.delete("contacts", [row.contact])
                control.call("POST", "/objects/contacts/restore", who)


Contact = dict[str, Any] | None
Records = dict[str, dict[str, dict[str, Any]]]


def _ids(contact: Contact, object_type: str) -> set[str]:
    assert contact
    return {each["id"] for each in contact["associations"].get(object_type, [])}


def _value(contact: Contact, name: str) -> str:
    assert contact
    return contact["properties"].get(name) or ""


def _company(row: Row, contact: Contact, records: Records) -> bool:
    primary = records["companies"].get(_value(contact, "associatedcompanyid"))
    linked = [records["companies"][each] for each in _ids(contact, "companies")]
    domains = [each["properties"].get("domain") for each in linked]
    return bool(primary) and domains.count(row.told["domain"]) == 1


def _order(row: Row, contact: Contact, records: Records) -> bool:
    found = [
        id_
        for id_, deal in records["deals"].items()
        if deal["properties"].get("order_number") == row.told["domain"]
    ]
    return len(found) == 1 and found[0] in _ids(contact, "deals")


def _task(row: Row, contact: Contact, records: Records) -> bool:
    found = [records["tasks"][each] for each in _ids(contact, "tasks")]
    subjects = [each["properties"]["hs_task_subject"] for each in found]
    return subjects == [row.told["domain"]]


DONE: dict[str, Callable[[Row, Contact, Records], bool]] = {
    "SetProperties": lambda row, c, r: _value(c, "city") == "Done",
    "AssociateCompany": _company,
    "Associate": lambda row, c, r: row.told["free_deal"] in _ids(c, "deals"),
    "Dissociate": lambda row, c, r: row.told["deal"] not in _ids(c, "deals"),
    "SetPrimaryCompany": lambda row, c, r: (
        _value(c, "associatedcompanyid") == row.told["company"]
    ),
    "LogActivity": _task,
    "PinLatest": lambda row, c, r: _value(c, PIN) == row.told["note"],
    "PinActivity": lambda row, c, r: (
        _value(c, PIN) == row.told["note"] and row.told["note"] in _ids(c, "notes")
    ),
    "Unpin": lambda row, c, r: _value(c, PIN) == "",
    "UpsertRecord": _order,
    "AddSecondaryEmail": lambda row, c, r: (
        f"b@{row.told['domain']}" in _value(c, "hs_additional_emails")
    ),
    "MergeDuplicates": lambda row, c, r: row.told["other"] not in r["contacts"],
    "ArchiveRecord": lambda row, c, r: c is None,
}


def subscribe(service: Service, generation: str) -> None:
    generic = [
        {"eventType": f"object.{kind}", "objectTypeId": "0-1"}
        for kind in (*GENERIC, "deletion")
    ]
    # There is no generic form of it.
    generic.append({"eventType": "contact.privacyDeletion"})
    wanted = generic if generation == "generic" else None
    service.control.put_webhooks(subscriptions=wanted)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("generation", ["classic", "generic"])
def test_every_change_is_carried_out_at_every_trigger(
    service: Service, forwarded: tuple[str, list[str]], generation: str
) -> None:
    url, got = forwarded
    subscribe(service, generation)
    rows = prepare(service, generation, url, ALIVE)
    service.until_quiet()
    pull(service, rows)
    service.until_quiet()

    records: Records = {
        kind: {record["id"]: record for record in service.control.dump(kind)}
        for kind in ("contacts", "companies", "deals", "tasks")
    }
    by_mail = {
        record["properties"].get("email"): record
        for record in records["contacts"].values()
    }
    failed = []
    for row in rows:
        contact = by_mail.get(f"a@{row.told['domain']}")
        if row.change == "Forward":
            done = got.count(row.told["domain"]) == 1
        else:
            done = DONE[row.change](row, contact, records)
        if not done:
            failed.append(f"{row.trigger} {row.change}")
    assert [] == failed
    assert [] == [letter.error for letter in service.dead()]


def make_wills(service: Service, generation: str, url: str) -> list[Row]:
    """Create contacts that will go, and write down what is to be done then."""
    rows = prepare(service, generation, url, GONE)
    wills = {
        row.contact: {"trigger": row.trigger, "change": row.change, "told": row.told}
        for row in rows
    }
    Path(service.stack.environ[WILLS]).write_text(json.dumps(wills))
    return rows


def crm(service: Service) -> dict[str, Any]:
    """Return every record there is by type and id, without its times."""
    kinds = ("contacts", "companies", "deals", "notes", "tasks")
    return {
        kind: {
            record["id"]: (record["properties"].get("dealname"), record["associations"])
            for record in service.control.dump(kind)
        }
        for kind in kinds
    }


@pytest.mark.timeout(300)
@pytest.mark.parametrize("generation", ["classic", "generic"])
def test_every_change_has_an_outcome_when_the_contact_is_gone(
    service: Service, forwarded: tuple[str, list[str]], generation: str
) -> None:
    """What needs no contact is carried out; the rest is remarked and changes nothing.

    Of a privacy deletion not even a remark is kept.
    """
    url, got = forwarded
    subscribe(service, generation)
    rows = make_wills(service, generation, url)
    service.until_quiet()
    leaving = {
        trigger: [r.contact for r in rows if r.trigger == trigger] for trigger in GONE
    }
    orders = {r.told["domain"] for r in rows if r.change == "UpsertRecord"}

    service.control.delete("contacts", leaving["deletion"])
    wiped = {"ids": leaving["privacyDeletion"]}
    service.control.call("POST", "/objects/contacts/gdpr-delete", wiped)
    before = crm(service)
    service.until_quiet()

    after = crm(service)
    made = set(after["deals"]) - set(before["deals"])
    numbers = {
        record["properties"].get("order_number"): record["associations"]
        for record in service.control.dump("deals")
        if record["id"] in made
    }
    assert {order: {} for order in orders} == numbers
    for id_ in made:
        del after["deals"][id_]
    assert before == after
    assert sorted(r.told["domain"] for r in rows if r.change == "Forward") == sorted(
        domain for domain in got if domain in {r.told["domain"] for r in rows}
    )
    said = {
        (entry.contact_id, entry.text.partition(" wants ")[2].partition("(")[0])
        for entry in service.services.remarks.latest(PORTAL, 1000)
        if entry.kind == "left" and "the contact is gone" in entry.text
    }
    expected = {
        (row.contact, row.change)
        for row in rows
        if row.trigger == "deletion" and row.change not in SILENT
    }
    assert expected == {
        (who, what) for who, what in said if who in {r.contact for r in rows}
    }
    assert [] == [letter.error for letter in service.dead()]
