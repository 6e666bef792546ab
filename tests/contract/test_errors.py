"""HubSpot's errors: provoked in the sandbox, and what the client makes of each."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import orjson
import pytest

from app import errors
from app.errors import HubSpotError
from app.hubspot import failure
from app.hubspot.client import HubSpot
from app.hubspot.protocol import Request
from app.hubspot.version import ApiVersion
from app.sandbox.testing import Sandbox
from tests.contract.error_row import ErrorRow, catalogue
from tests.contract.row import BASES
from tests.contract.specification import Exchange
from tests.contract.witness import Witness

CASES = [
    pytest.param(row, version, id=f"{row.name} ({version})")
    for row in catalogue()
    for version in row.versions
]


def client(sandbox: Sandbox, version: str, token: str = "") -> HubSpot:
    return HubSpot(
        sandbox.url,
        token or sandbox.config.token,
        sandbox.config.portal_id,
        version=ApiVersion.of(version),
    )


def prepare(row: ErrorRow, sandbox: Sandbox, version: str) -> Mapping[str, str]:
    """Set the scene; return what the request has to know of it."""
    control = sandbox.control
    for object_type, records in row.seed.items():
        control.seed(object_type, records)
    with client(sandbox, version) as hubspot:
        for request in row.preparations(version):
            hubspot.send(request)
        known = merged(row, sandbox, hubspot, version) if row.merges else {}
    control.put_switches(**row.switches)
    if row.rules:
        control.call("PUT", "/rules", row.rules)
    if row.limits:
        control.put_limits(**row.limits)
    control.put_faults(*({"times": 1, **each} for each in row.faults))
    return known


def merged(
    row: ErrorRow, sandbox: Sandbox, hubspot: HubSpot, version: str
) -> Mapping[str, str]:
    """Merge as many contacts into one as the row says."""
    wanted = [{"properties": {"email": f"{n}@x.de"}} for n in range(row.merges + 2)]
    primary, *others, last = sandbox.control.create("contacts", wanted)
    for other in others:
        body = {"primaryObjectId": primary, "objectIdToMerge": other}
        path = row.path.format_map(BASES[version])
        primary = hubspot.send(Request("POST", path, body)).mapping()["id"]
    return {"merged": primary, "other": last}


def provoke(
    hubspot: HubSpot, row: ErrorRow, version: str, known: Mapping[str, str]
) -> HubSpotError:
    """Return the error that the client raises, or puts in the place of the item."""
    request = row.request(version, known)
    if not row.items:
        with pytest.raises(HubSpotError) as caught:
            hubspot.send(request)
        return caught.value
    reply = hubspot.send(request)
    return failure.error_of_item(next(reply.items("errors")))


def holds(whole: Any, part: Any) -> bool:
    """Tell whether everything in `part` is in `whole`, too."""
    if isinstance(part, dict):
        return all(name in whole and holds(whole[name], part[name]) for name in part)
    return bool(whole == part)


def check_answer(row: ErrorRow, exchange: Exchange) -> None:
    """Hold the answer against HubSpot's own words."""
    assert row.status == exchange.status
    assert exchange.headers["content-type"].startswith("text/html") == row.html
    if row.html:
        return
    body = orjson.loads(exchange.body)
    if row.items:
        body = body["errors"][0]
    else:
        correlation_id = exchange.headers["x-hubspot-correlation-id"]
        assert correlation_id == body["correlationId"]
    assert "error" == body["status"]
    assert fnmatchcase(body["message"], row.message or "*"), body["message"]
    names = ("category", "errorType", "policyName", "subCategory")
    expected = (row.category, row.error_type, row.policy, row.sub_category)
    assert expected == tuple(body.get(name, "") for name in names)
    assert set(row.context) <= body.get("context", {}).keys()
    for detail in row.details:
        assert any(holds(each, detail) for each in body["errors"])


def check_error(row: ErrorRow, error: HubSpotError, token: str) -> None:
    """Look at what the client makes of it."""
    assert row.raises == type(error).__name__
    assert type(error) is getattr(errors, row.raises)
    assert row.verdict == error.verdict.name
    assert (row.category or row.error_type) == error.category
    assert (row.sub_category or row.policy) == error.sub_category
    assert row.retry_after == error.retry_after
    assert row.says in str(error)
    assert token not in f"{error!s} {error!r}"


@pytest.mark.parametrize(("row", "version"), CASES)
def test_error_is_told_in_hubspots_words_and_ends_in_its_verdict(
    row: ErrorRow, version: str, sandbox: Sandbox, witness: Witness
) -> None:
    known = prepare(row, sandbox, version)
    with client(sandbox, version, row.token) as hubspot:
        witness.exchanges.clear()
        error = provoke(hubspot, row, version, known)
    check_error(row, error, row.token or sandbox.config.token)
    if row.status:
        check_answer(row, witness.exchanges[-1])
        assert error.status is not None
    else:
        assert error.status is None
        assert [] == witness.exchanges
