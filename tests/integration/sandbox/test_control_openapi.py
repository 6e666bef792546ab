"""The control plane's own description, which must not say what is not so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sandbox.config import SandboxConfig
from app.sandbox.testing import running

VERBS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(SandboxConfig()) as sandbox:
        yield sandbox.url


@pytest.fixture
def document(url: str) -> Any:
    return requests.get(f"{url}/sandbox/openapi.json", timeout=10).json()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            yield verb, path.replace("{object_type}", "contacts"), operation


def test_the_document_is_valid(document):
    """Validation raises where it is not."""
    schemathesis.openapi.from_dict(document).validate()
    document["paths"]["/sandbox/health"]["get"]["responses"] = 7

    with pytest.raises(jsonschema_rs.ValidationError):
        schemathesis.openapi.from_dict(document).validate()


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_call_whatever_breaks_it(url, document, data):
    described = schemathesis.openapi.from_dict(document)
    case = data.draw(described.as_strategy())
    answer = case.call(base_url=url)

    assert answer.status_code < 500, f"{case.formatted_path} {case.body}: {answer.text}"


def test_every_call_says_what_it_does(document):
    bare = [(v, p) for v, p, each in operations(document) if not each["summary"]]

    assert [] == bare


def test_every_example_is_taken(url, document):
    """In the order of the document, in a new sandbox, as a reader would try them."""
    requests.post(f"{url}/sandbox/reset", timeout=10)
    answers = {}
    for verb, path, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        example = content.get("application/json", {}).get("example")
        if example is not None:
            jsonschema.validate(example, content["application/json"]["schema"])
            answer = requests.request(verb, url + path, json=example, timeout=10)
            answers[verb, path] = (answer.status_code, answer.json().get("errors", []))

    assert len(answers) > 8
    assert {} == {k: a for k, a in answers.items() if a[0] >= 400 or a[1]}


def test_every_call_that_reads_answers(url, document):
    reads = [path for verb, path, _ in operations(document) if verb == "get"]
    statuses = {p: requests.get(url + p, timeout=10).status_code for p in reads}

    assert {200} == set(statuses.values()), statuses


def test_a_web_page_of_somebody_else_cannot_control_the_sandbox(url):
    """Browsers say where a call comes from; programs and people say nothing."""
    statuses = [
        requests.post(
            f"{url}/sandbox/reset", headers={"Sec-Fetch-Site": site}, timeout=10
        ).status_code
        for site in ("cross-site", "same-site", "same-origin", "none")
    ]

    assert [403, 403, 200, 200] == statuses
