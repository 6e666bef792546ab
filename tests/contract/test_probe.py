"""Whatever HubSpot's documents let one send, the sandbox has a documented answer."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from app.sandbox.testing import Sandbox
from tests.contract import deviations, probe, reference
from tests.contract.specification import Exchange, Problem, Specification
from tests.contract.witness import Witness

EXAMPLES = 10
DOCUMENTS = (
    "crm-contacts.v3",
    "crm-contacts.2026-09",
    "crm-objects.v3",
    "crm-objects.2026-09",
    "crm-associations.v3",
    "crm-associations.v4",
    "crm-associations.2026-09",
    "crm-associations-schema.v4",
    "crm-properties.v3",
    "crm-properties.2026-09",
    "webhooks.v3",
    "webhooks.2026-09",
    "oauth.v1",
    "oauth.v3",
    "oauth.2026-09",
)
# Runs are alike on every machine; nothing is made smaller, as requests are small.
SAME_EVERYWHERE = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


def problems(exchange: Exchange, specification: Specification) -> list[Problem]:
    """Return what is wrong with an answer; to fail is wrong, whatever is documented."""
    found = list(specification.problems(exchange))
    if exchange.status >= 500:
        operation = specification.operation(exchange.method, exchange.path)
        name = operation.name if operation else f"{exchange.method} {exchange.path}"
        found.append(Problem(name, exchange.status, "", "the sandbox fails"))
    return deviations.unexplained(found)


def ask(operation: Any, mode: GenerationMode, send: Callable[[Any], object]) -> None:
    """Send what a document allows (or, negative, what it does not)."""
    given_case = given(case=operation.as_strategy(generation_mode=mode))
    # Of its own: what hypothesis throws depends on what else was imported, and with
    # bad luck nothing passes.
    dice = random.Random(f"{operation.label} {mode.value}")

    def call(case: Any) -> None:
        probe.aim(case, dice)
        send(case)

    try:
        SAME_EVERYWHERE(given_case(call))()
    except Unsatisfiable:
        # There is no wrong way to make a call that takes nothing.
        assert mode is GenerationMode.NEGATIVE


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_call_gets_a_documented_answer(
    document: str, sandbox: Sandbox, witness: Witness, specification: Specification
) -> None:
    path = reference.file(f"openapi/{document}.json")
    headers = {"Authorization": f"Bearer {sandbox.config.token}"}
    found: dict[Problem, Exchange] = {}
    answered: Counter[int] = Counter()

    def send(case: Any) -> None:
        case.call(base_url=sandbox.url, headers=headers)
        exchange = witness.exchanges.pop()
        answered[exchange.status // 100] += 1
        found.update(dict.fromkeys(problems(exchange, specification), exchange))

    for operation in probe.operations(path, deviations.NOT_IMITATED):
        sandbox.control.reset()
        for object_type, records in probe.RECORDS.items():
            sandbox.control.seed(object_type, records)
        for mode in GenerationMode:
            ask(operation, mode, send)
    assert [] == [(p, each.path, each.request) for p, each in found.items()]
    # Neither did everything fail, nor did anything pass.
    assert answered[2]
    assert answered[4]
