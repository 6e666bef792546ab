"""A HubSpot for your tests, in one line of your conftest.py.

    pytest_plugins = ["app.sandbox.pytest_plugin"]

    def test_a_contact_is_created(hubspot_sandbox):
        my_code(base_url=hubspot_sandbox.url, token=hubspot_sandbox.config.token)
        (contact,) = hubspot_sandbox.control.dump("contacts")
        assert "ada@example.com" == contact["properties"]["email"]

One sandbox serves the whole test run and is as new for each test. It has no rate limit
and no lag of search, unless a `hubspot_sandbox_config` of yours says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.testing import Sandbox, running


@pytest.fixture(scope="session")
def hubspot_sandbox_config() -> SandboxConfig:
    """Give what the sandbox is started with; override it to have another."""
    return SandboxConfig(plan=PLANS["unlimited"], search_lag_s=0)


@pytest.fixture(scope="session")
def hubspot_sandbox_server(hubspot_sandbox_config: SandboxConfig) -> Iterator[Sandbox]:
    """Give the one sandbox of the test run, as the last test left it."""
    with running(hubspot_sandbox_config) as sandbox:
        yield sandbox


@pytest.fixture
def hubspot_sandbox(hubspot_sandbox_server: Sandbox) -> Sandbox:
    """Give a sandbox as new: empty, well, and with its own options."""
    hubspot_sandbox_server.control.reset()
    return hubspot_sandbox_server
