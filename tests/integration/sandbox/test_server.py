"""The server underneath: connections, threads, and bodies nobody expects."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.sandbox.conftest import CONTACTS, error_of, inputs, spec

POSTS = [
    CONTACTS,
    f"{CONTACTS}/search",
    *(
        f"{CONTACTS}/batch/{a}"
        for a in ("read", "create", "update", "upsert", "archive")
    ),
    *(
        f"/crm/v4/associations/contacts/companies/batch/{a}"
        for a in ("create", "associate/default", "read", "archive", "labels/archive")
    ),
    "/crm/v3/properties/contacts",
]
NAMES = st.sampled_from(
    [
        "inputs",
        "id",
        "properties",
        "idProperty",
        "associations",
        "from",
        "to",
        "types",
        "associationTypeId",
        "associationCategory",
        "filters",
        "filterGroups",
        "propertyName",
        "operator",
        "value",
        "values",
        "sorts",
        "limit",
        "after",
        "name",
        "label",
        "type",
        "fieldType",
        "groupName",
        "options",
        "email",
        "closedate",
        "hs_pinned_engagement_id",
        "lifecyclestage",
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | NAMES
    | st.sampled_from(["EQ", "BETWEEN", "IN", "HUBSPOT_DEFINED", "number", "²", "-5"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4)
    ),
    max_leaves=12,
)
ITEMS = st.lists(st.dictionaries(NAMES, VALUES, max_size=5), max_size=3)
PROPERTIES = st.dictionaries(NAMES, SCALARS, max_size=4)
BODIES = (
    VALUES
    | st.fixed_dictionaries({"inputs": ITEMS})
    | st.fixed_dictionaries({"filters": ITEMS, "sorts": VALUES})
    | st.fixed_dictionaries({"properties": PROPERTIES, "associations": ITEMS})
    | st.fixed_dictionaries({"name": SCALARS, "label": SCALARS, "options": ITEMS})
)


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(path=st.sampled_from(POSTS), body=BODIES)
def test_no_body_whatever_breaks_the_sandbox(call, path: str, body: Any):
    answer = call("POST", path, body)

    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("text", ["²", "-1", "1.5", "9" * 5000, "x", "%00"])
def test_no_number_whatever_breaks_the_sandbox(call, text):
    for path in (
        f"{CONTACTS}?limit={text}",
        f"{CONTACTS}?after={text}",
        f"{CONTACTS}/{text}",
        f"/crm/v4/objects/contacts/{text}/associations/companies",
        f"/crm/v4/objects/contacts/1/associations/companies?after={text}",
    ):
        assert call("GET", path).status_code < 500
    path = "/crm/v4/objects/contacts/1/associations/0-2/2"

    assert 400 == call("PUT", path, [spec(text)]).status_code


def test_a_connection_serves_many_requests(sandbox):
    address = urlsplit(sandbox.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    headers = {"Authorization": f"Bearer {sandbox.config.token}"}
    ports, statuses = set(), []
    for _ in range(3):
        connection.request("GET", CONTACTS, headers=headers)
        ports.add(connection.sock.getsockname()[1])
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()

    assert ([200] * 3, 1) == (statuses, len(ports))


def test_a_body_without_a_length_is_refused(call):
    answer = call("POST", CONTACTS, data=iter([b"{}"]))

    assert 411 == answer.status_code


def test_threads_that_want_the_same_email_make_one_contact(call, sandbox):
    """Eight clients create the same ten contacts at the same time."""
    statuses: list[int] = []

    def create() -> None:
        for n in range(10):
            body = {"properties": {"email": f"p{n}@x.com"}}
            statuses.append(call("POST", CONTACTS, body).status_code)

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 10 == len(sandbox.control.dump("contacts"))
    assert (10, 70) == (statuses.count(201), statuses.count(409))


SERVE = """
from app.sandbox.config import SandboxConfig
from app.sandbox.server import serve
serve(SandboxConfig(portal_id="4711"))
"""


def test_a_sandbox_of_its_own_process_ends_when_it_is_told_to():
    """It says where it listens, answers there, and ends cleanly on SIGTERM."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True
    ) as process:
        said = process.stdout.readline()
        health = requests.get(f"{said.split()[-1]}/sandbox/health", timeout=10).json()
        process.terminate()
        code = process.wait(timeout=10)

    assert ("4711", 0) == (health["portal_id"], code)


def test_every_answer_has_an_id_of_its_own(call):
    answers = [call("POST", f"{CONTACTS}/batch/read", inputs()) for _ in range(2)]
    refused = call("GET", f"{CONTACTS}/7")

    assert "resource not found" == error_of(refused)["message"]
    assert 3 == len(
        {a.headers["X-HubSpot-Correlation-Id"] for a in (*answers, refused)}
    )
