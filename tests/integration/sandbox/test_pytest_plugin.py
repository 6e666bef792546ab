"""The fixture for other people's tests: one line, and a HubSpot is there."""

from __future__ import annotations

import subprocess
import sys

CONFTEST = 'pytest_plugins = ["app.sandbox.pytest_plugin"]\n'
TESTS = """
import pytest, requests
from app.sandbox.config import SandboxConfig

def count(sandbox):
    return len(sandbox.control.dump("contacts"))

@pytest.mark.parametrize("turn", [1, 2])
def test_it_is_as_new_for_each_test(hubspot_sandbox, turn):
    assert 0 == count(hubspot_sandbox)
    headers = {"Authorization": f"Bearer {hubspot_sandbox.config.token}"}
    url = f"{hubspot_sandbox.url}/crm/v3/objects/contacts"
    body = {"properties": {"city": "Ulm"}}
    assert 201 == requests.post(url, json=body, headers=headers).status_code
    hubspot_sandbox.control.put_faults({"kind": "500"})
    assert 500 == requests.post(url, json=body, headers=headers).status_code
    assert 1 == count(hubspot_sandbox)
"""
OWN = """
@pytest.fixture(scope="session")
def hubspot_sandbox_config():
    return SandboxConfig(people=5, portal_id="4711")

def test_it_is_what_i_want(hubspot_sandbox):
    assert ("4711", 5) == (hubspot_sandbox.config.portal_id, count(hubspot_sandbox))
    hubspot_sandbox.control.delete("contacts", ["100000000001"])

def test_it_is_so_again(hubspot_sandbox):
    assert 5 == count(hubspot_sandbox)
"""


def outcome(directory, tests: str) -> str:
    (directory / "conftest.py").write_text(CONFTEST)
    (directory / "test_mine.py").write_text(tests)
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."]
    done = subprocess.run(
        line, cwd=directory, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip().splitlines()[-1]


def test_a_test_asks_for_a_sandbox_and_has_one(tmp_path):
    assert "2 passed" in outcome(tmp_path, TESTS)


def test_a_suite_may_have_another_sandbox(tmp_path):
    start = TESTS.partition("@pytest")[0]

    assert "2 passed" in outcome(tmp_path, start + OWN)
