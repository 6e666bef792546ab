"""A watched sandbox: whatever it answers in these tests is held against the documents.

A test that asks for `sandbox` gets one without limits, as new; its `url` leads through
the witness. At the test's end every reply that passed must be one that HubSpot's
OpenAPI documents allow, or that tests/contract/deviations.py explains.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.hubspot.client import HubSpot
from app.hubspot.version import ApiVersion
from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.testing import Sandbox, running
from tests.contract import deviations, reference
from tests.contract.specification import Specification
from tests.contract.witness import Witness, watching

VERSIONS = ("v3", "2026-09")


@pytest.fixture(scope="session")
def specification() -> Specification:
    """All of HubSpot's OpenAPI documents."""
    return Specification(reference.specifications())


@pytest.fixture(scope="package")
def served() -> Iterator[Sandbox]:
    config = SandboxConfig(plan=PLANS["unlimited"], search_lag_s=0)
    with running(config) as sandbox:
        yield sandbox


@pytest.fixture(scope="package")
def witness(served: Sandbox) -> Iterator[Witness]:
    with watching(served.url) as proxy:
        yield proxy


@pytest.fixture
def sandbox(
    served: Sandbox, witness: Witness, specification: Specification
) -> Iterator[Sandbox]:
    served.control.reset()
    witness.exchanges.clear()
    yield replace(served, url=witness.url)
    found = [p for each in witness.exchanges for p in specification.problems(each)]
    assert [] == deviations.unexplained(found)


@pytest.fixture(params=VERSIONS)
def hubspot(sandbox: Sandbox, request: pytest.FixtureRequest) -> Iterator[HubSpot]:
    """Give our client, once for each generation of paths."""
    config = sandbox.config
    version = ApiVersion.of(request.param)
    with HubSpot(
        sandbox.url, config.token, config.portal_id, version=version
    ) as client:
        yield client
