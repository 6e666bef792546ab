"""Commands that find nothing say so; silence could mean anything."""

from __future__ import annotations

import orjson
import pytest
import redis
from click.testing import CliRunner

from app.cli.command import group
from app.events.inbox import Inbox
from app.events.scripts import Scripts
from app.events.wire import parse
from workers.cli.rules import rules

PORTAL = "20000001"
NOTHING = {
    "audit": "nobody has done anything to a dead letter yet",
    "dead list": "nothing is dead",
    "remarks": "nothing was remarked",
    "plans": "no dry run would have done anything",
    "trail 999": "nothing is known",
}


def said(store_url: str, words: str) -> str:
    # What `hubkeeper rules` becomes; here it must stay this process.
    commands = rules if words == "plans" else group
    told = CliRunner().invoke(commands, words.split(), env={"REDIS_URL": store_url})
    assert 0 == told.exit_code, told.output
    return told.output


@pytest.fixture
def waiting(store: redis.Redis) -> str:
    """Return a contact with one event, which waits."""
    creation = {
        "eventId": 1,
        "portalId": int(PORTAL),
        "occurredAt": 1_795_166_400_123,
        "subscriptionType": "contact.creation",
        "objectId": 501,
    }
    Inbox(Scripts(store)).accept(parse(orjson.dumps([creation])))
    return "501"


@pytest.mark.parametrize("words", NOTHING)
def test_a_command_that_finds_nothing_says_so(
    store_url: str, waiting: str, words: str
) -> None:
    assert NOTHING[words] in said(store_url, words)


@pytest.mark.parametrize("words", NOTHING)
def test_a_command_in_an_empty_store_is_not_silent(
    store: redis.Redis, store_url: str, words: str
) -> None:
    assert "" != said(store_url, words).strip()


def test_a_contact_that_waits_is_not_called_unknown(
    store_url: str, waiting: str
) -> None:
    assert "nothing is known" not in said(store_url, f"trail {waiting}")
