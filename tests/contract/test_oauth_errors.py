"""The token endpoint's errors: all of them say that the credentials are at fault."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

import orjson
import pytest

from app.errors import Denied, Verdict
from app.hubspot.oauth import OAuth, OAuthApp
from app.hubspot.version import ApiVersion
from app.sandbox.testing import Sandbox
from tests.contract.error_row import FOLDER
from tests.contract.row import REDIRECT, VERSIONS
from tests.contract.witness import Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthErrorRow:
    """One way to be refused a token.

    Attributes:
        name, fact: as in the rest of the catalogue.
        grant: "exchange" or "refresh".
        argument: the code, or the refresh token.
        status, error, description: HubSpot's words; "" says nothing about it.
        client_id, client_secret: others than the app's.

    """

    name: str
    fact: str
    grant: str
    argument: str
    status: str
    error: str = ""
    description: str = ""
    client_id: str = ""
    client_secret: str = ""


ROWS = [
    OAuthErrorRow(**raw)
    for raw in tomllib.loads((FOLDER / "oauth.toml").read_text())["oauth"]
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_token_is_denied_in_hubspots_words(
    row: OAuthErrorRow, version: str, sandbox: Sandbox, witness: Witness
) -> None:
    config = sandbox.config
    app = OAuthApp(
        row.client_id or config.client_id,
        row.client_secret or config.client_secret,
        REDIRECT,
    )
    oauth = OAuth(sandbox.url, app, version=ApiVersion.of(version))
    with pytest.raises(Denied) as caught:
        getattr(oauth, row.grant)(row.argument)
    assert Verdict.PAUSE is caught.value.verdict
    assert not {app.client_secret, row.argument} & set(str(caught.value).split())
    answer = witness.exchanges[-1]
    body = orjson.loads(answer.body)
    assert (400, row.status) == (answer.status, body["status"])
    assert body["error"] == (row.error or body["error"])
    assert body["error_description"] == (row.description or body["error_description"])
