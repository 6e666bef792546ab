"""The state of a sandbox as a document: taken, put back, kept in a file."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest
import requests

from app.sandbox.config import SandboxConfig
from app.sandbox.testing import running
from tests.integration.sandbox.conftest import CONTACTS, spec

TOKEN = {"Authorization": "Bearer sandbox-token"}
LABEL = {"label": "Mentor", "name": "mentor"}


@pytest.fixture
def eventful(sandbox, call, make, note):
    """Give a sandbox in which one of everything has happened."""
    ada = make("contacts", email="ada@x.com", city="Ulm", lifecyclestage="customer")
    bob, cleo = make("contacts", email="bob@x.com"), make("contacts", city="Bonn")
    acme = make("companies", name="Acme", domain="acme.com")
    call("PATCH", f"{CONTACTS}/{ada}", {"properties": {"city": "Köln"}})
    pin = {"properties": {"hs_pinned_engagement_id": note(ada)}}
    call("PATCH", f"{CONTACTS}/{ada}", pin)
    primary = f"/crm/v4/objects/contacts/{ada}/associations/companies/{acme}"
    call("PUT", primary, [spec(1)])
    call("POST", "/crm/v4/associations/contacts/companies/labels", LABEL)
    call("POST", f"{CONTACTS}/merge", {"primaryObjectId": ada, "objectIdToMerge": bob})
    call("DELETE", f"{CONTACTS}/{cleo}")
    shoe_size = {
        "name": "shoe_size",
        "label": "Shoe size",
        "type": "number",
        "fieldType": "number",
        "groupName": "contactinformation",
    }
    call("POST", "/crm/v3/properties/contacts", shoe_size)
    sandbox.control.put_switches(retry_after_on_429=True)
    sandbox.control.put_limits(per_10_s=7_000)
    sandbox.control.put_faults({"kind": "503", "path": "/nowhere", "times": 3})
    return sandbox


def without_time(snapshot):
    return {**snapshot["state"], "now": None}


def test_another_sandbox_takes_up_where_the_first_one_was(eventful):
    taken = eventful.control.snapshot()
    with running(SandboxConfig(seed=7)) as other:
        other.control.restore(taken)

        assert without_time(taken) == without_time(other.control.snapshot())
        for kind in ("contacts", "companies", "notes"):
            assert eventful.control.dump(kind) == other.control.dump(kind)
        assert eventful.control.faults() == other.control.faults()
        assert 7_000 == other.control.call("GET", "/limits")["per_10_s"]


def test_what_was_put_back_goes_on_living(eventful):
    """Ids go on where they were, values stay unique, search finds what there is."""
    taken = eventful.control.snapshot()
    url = f"{eventful.url}{CONTACTS}"
    bodies = [{"properties": {"email": name}} for name in ("ada@x.com", "new@x.com")]
    expected = requests.post(url, json=bodies[1], headers=TOKEN).json()["id"]
    eventful.control.reset()
    eventful.control.restore(taken)
    answers = [requests.post(url, json=body, headers=TOKEN) for body in bodies]
    body = {"filters": [{"propertyName": "city", "operator": "EQ", "value": "Köln"}]}
    found = requests.post(f"{url}/search", json=body, headers=TOKEN).json()

    assert [409, 201] == [answer.status_code for answer in answers]
    assert expected == answers[1].json()["id"]
    assert 1 == found["total"]


def test_a_snapshot_changes_no_more_when_the_sandbox_does(eventful, make):
    taken = eventful.control.snapshot()
    kept = json.dumps(taken)
    eventful.control.restore(taken)
    make("contacts", email="late@x.com")

    assert kept == json.dumps(taken)
    assert taken["state"]["account"] != eventful.control.snapshot()["state"]["account"]


@pytest.mark.parametrize(
    "snapshot",
    [
        {},
        {"format": 99, "state": {}},
        {"format": 1},
        {"format": 1, "state": {"account": {}}},
        {"format": 1, "state": {"$is": "server:Server", "$no": 1}},
        {"format": 1, "state": {"$is": "crm.record:json", "$no": 1}},
        {"format": 1, "state": {"$is": "nowhere:Record", "$no": 1}},
        {"format": 1, "state": {"$fixed": "nothing"}},
    ],
)
def test_what_is_no_snapshot_changes_nothing(sandbox, make, snapshot):
    make("contacts", email="ada@x.com")
    before = sandbox.control.dump("contacts")
    with pytest.raises(ValueError, match=r"snapshot|state|read"):
        sandbox.control.restore(snapshot)

    assert before == sandbox.control.dump("contacts")


@contextmanager
def command(*options):
    """Run `hubkeeper sandbox` as a process; give it and its URL."""
    line = [sys.executable, "-m", "app.cli", "sandbox", "--port", "0", *options]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process, process.stdout.readline().split()[-1]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def test_a_process_saves_when_it_ends_and_another_loads_it(tmp_path):
    path = tmp_path / "state.json"
    with command("--save", str(path), "--people", "20", "--seed", "3") as (_, url):
        requests.post(f"{url}/sandbox/objects/contacts", json={"properties": {}})
        whole = requests.get(f"{url}/sandbox/objects/contacts").json()
    with command("--load", str(path)) as (process, url):
        again = requests.get(f"{url}/sandbox/objects/contacts").json()

    assert 21 == len(whole["results"])
    assert whole == again
    assert 0 == process.returncode


def test_a_process_plays_what_it_is_told(tmp_path):
    toml = tmp_path / "bad_day.toml"
    toml.write_text('[[faults]]\nkind = "503"\npath = "*/contacts"\ntimes = 1\n')
    options = {
        "--faults": toml,
        "--plan": "free",
        "--clock-speed": 60,
        "--switch": "association_archive_limit=5",
        "--token": "mine",
    }
    flat = [str(word) for pair in options.items() for word in pair]
    with command(*flat) as (_, url):
        headers = {"Authorization": "Bearer mine"}
        statuses = [
            requests.get(url + CONTACTS, headers=headers).status_code for _ in range(2)
        ]
        told = {
            name: requests.get(f"{url}/sandbox/{name}").json()
            for name in ("limits", "clock", "switches")
        }

    assert [503, 200] == statuses
    assert (100, 60) == (told["limits"]["per_10_s"], told["clock"]["speed"])
    assert 5 == told["switches"]["association_archive_limit"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--switch", "nonsense=1"], "there is no switch 'nonsense'"),
        (["--faults", __file__], "cannot start"),
        (["--load", __file__], "no snapshot in"),
        (["--clock-speed", "-1"], "speed must be"),
        (["--save", "/nowhere/state.json"], "there is no directory /nowhere"),
        (["--load", __file__, "--people", "3"], "--load brings its own"),
    ],
)
def test_a_process_that_cannot_start_says_why(options, reason):
    line = [sys.executable, "-m", "app.cli", "sandbox", "--port", "0", *options]
    done = subprocess.run(line, capture_output=True, text=True, timeout=30)

    assert (2, True) == (done.returncode, reason in done.stderr), done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = [sys.executable, "-m", "app.cli", "sandbox", "--port", port]
        done = subprocess.run(line, capture_output=True, text=True, timeout=30)

    wanted = f"hubkeeper: port {port} is taken; set --port to a free one\n"
    assert (2, wanted) == (done.returncode, done.stderr)
