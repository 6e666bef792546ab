"""`hubkeeper dead` and `hubkeeper audit`: what they say, ask and refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
import redis
from click.testing import CliRunner, Result

from app.cli.audit import audit
from app.cli.dead import dead
from app.cli.remarks import remarks
from app.cli.trail import trail
from app.errors import HubkeeperError
from app.events import keys
from app.events.books import Books
from app.events.inbox import Inbox, InboxOptions
from app.events.letter import Burial
from app.events.scripts import Scripts
from app.events.wire import parse
from workers.cli.rules import plans

PORTAL = "20000001"
BURIALS = (
    Burial("501", "refused", "Property values were not valid", error_class="Refused"),
    Burial("502", "bug", "division by zero", "Trace", error_class="ZeroDivisionError"),
    Burial("503", "bug", "'email'", "Trace", error_class="KeyError"),
)

Run = Callable[..., Result]


def event(contact: str) -> dict[str, object]:
    return {
        "eventId": int(contact),
        "portalId": int(PORTAL),
        "occurredAt": 1_795_166_400_123,
        "subscriptionType": "contact.creation",
        "objectId": int(contact),
    }


@pytest.fixture
def letters(store: redis.Redis) -> list[str]:
    """Bury three contacts with one event each; give PORTAL/ID of the letters."""
    inbox = Inbox(Scripts(store), InboxOptions(linger_s=0, lease_s=60))
    for burial in BURIALS:
        inbox.accept(parse(orjson.dumps([event(burial.contact_id)])))
        inbox.bury(inbox.claim(PORTAL, "t", 10), [burial])
    ids = store.zrange(keys.of(PORTAL, "dead"), 0, -1)
    return [f"{PORTAL}/{id_.decode()}" for id_ in ids]


@pytest.fixture
def run(store_url: str) -> Run:
    """Run `hubkeeper dead ...`."""

    def call(*words: str, **more: str) -> Result:
        told = CliRunner().invoke(dead, words, env={"REDIS_URL": store_url}, **more)
        ours = (HubkeeperError, SystemExit)
        if told.exception and not isinstance(told.exception, ours):
            raise told.exception
        return told

    return call


def counts(store: redis.Redis) -> dict[str, int]:
    law = Books(Scripts(store)).law(PORTAL)
    assert law.holds, str(law)
    return {"dead": law.dead, "waiting": law.waiting, "discarded": law.discarded}


def test_replay_by_name_counts_only_what_waits_again(
    run: Run, letters: list[str]
) -> None:
    told = run("replay", letters[0], f"{PORTAL}/nobody")

    assert 1 == told.exit_code
    assert (
        "1 events of 1 dead letters wait again; 1 could not be replayed\n"
        == told.stdout
    )
    assert f"{PORTAL}/nobody: " in told.stderr


def test_replay_of_all_named_is_a_success(run: Run, letters: list[str]) -> None:
    told = run("replay", *letters)

    assert 0 == told.exit_code
    assert "3 events of 3 dead letters wait again\n" == told.stdout


def test_discard_by_name_asks_first(
    run: Run, letters: list[str], store: redis.Redis
) -> None:
    assert 1 == run("discard", letters[0], input="n\n").exit_code
    assert 3 == counts(store)["dead"]

    told = run("discard", letters[0], "--yes", "--reason", "a test contact")

    assert "1 events of 1 dead letters are gone\n" == told.stdout
    assert {"dead": 2, "waiting": 0, "discarded": 1} == counts(store)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("replay",), "or say --all"),
        (("replay", "--portal", PORTAL), "or say --all"),
        (("discard", "--yes"), "or say --all"),
        (("replay", "--all", "--error", "bug"), "--all is every letter"),
        (("replay", f"{PORTAL}/1", "--all"), "not both"),
        (("replay", "--since", "noon", "--yes"), "'noon' is no time"),
        (("replay", "--error", "bug", "--yes", "--rate", "0"), "above 0"),
        (("list", "--after", "rubbish"), "no place in the list"),
        (("edit", f"{PORTAL}/1"), "say --set"),
        (("stop", f"{PORTAL}/9"), "has no order 9"),
    ],
)
def test_what_could_mean_too_much_or_nothing_is_refused(
    run: Run, letters: list[str], store: redis.Redis, words: tuple[str, ...], said: str
) -> None:
    told = run(*words)

    assert said in f"{told.output}{told.exception}"
    assert 3 == counts(store)["dead"]


def test_a_list_shows_what_is_meant_and_what_to_do(
    run: Run, letters: list[str]
) -> None:
    told = run("list", "--error", "bug", "--text", "ZERO")

    assert "contact 502  bug (ZeroDivisionError)" in told.stdout
    assert "An action has a bug" in told.stdout
    assert "contact 501" not in told.stdout
    assert "no dead letter is meant\n" == run("list", "--error", "Nope").stdout


def test_a_list_goes_on_where_it_ended(run: Run, letters: list[str]) -> None:
    first = run("list", "--json", "--most", "2")
    place = first.stderr.split("--after ")[1].strip()
    second = run("list", "--json", "--most", "2", "--after", place)

    found = [json.loads(x)["contact_id"] for x in first.stdout.splitlines()]
    found += [json.loads(x)["contact_id"] for x in second.stdout.splitlines()]
    assert ["501", "502", "503"] == found
    assert "" == second.stderr
    newest = run("list", "--json", "--most", "1", "--newest")
    assert "503" == json.loads(newest.stdout)["contact_id"]


def test_nothing_is_dead_in_an_empty_store(run: Run, store: redis.Redis) -> None:
    assert "nothing is dead\n" == run("list").stdout
    assert "nothing was ordered\n" == run("orders").stdout


@pytest.mark.parametrize(
    "words", [[audit], [remarks], [plans], [trail, "501"]], ids=str
)
def test_a_command_that_finds_nothing_says_so(
    words: list[Any], store: redis.Redis, store_url: str
) -> None:
    told = CliRunner().invoke(words[0], words[1:], env={"REDIS_URL": store_url})

    assert (0, 1) == (told.exit_code, len(told.stdout.splitlines())), told.stdout


def test_a_plan_changes_nothing(
    run: Run, letters: list[str], store: redis.Redis
) -> None:
    told = run("replay", "--error", "bug", "--plan")

    assert "replay 2 letters with 2 events of 2 contacts (" in told.stdout
    assert "1 ZeroDivisionError, 1 KeyError" in told.stdout
    assert 3 == counts(store)["dead"]
    assert "nothing was ordered\n" == run("orders").stdout


def test_a_replay_by_filter_asks_first(
    run: Run, letters: list[str], store: redis.Redis
) -> None:
    told = run("replay", "--error", "bug", input="n\n")

    assert 1 == told.exit_code
    assert "replay 2 letters" in told.stdout
    assert 3 == counts(store)["dead"]


def test_without_a_worker_the_command_puts_the_letters_back_and_says_so(
    run: Run, letters: list[str], store: redis.Redis
) -> None:
    told = run("replay", "--error", "bug", "--yes", "--rate", "1000")

    assert 0 == told.exit_code, told.output
    assert "no worker is running to work them off" in told.stdout
    assert "2 letters (2 events) replayed" in told.stdout
    assert {"dead": 1, "waiting": 2, "discarded": 0} == counts(store)


def test_letters_are_discarded_by_filter_with_a_reason(
    run: Run, letters: list[str], store: redis.Redis, store_url: str
) -> None:
    words = ("--text", "division", "--reason", "a test", "--rate", "1000")
    told = run("discard", *words, input="y\n")

    assert "Discarded events are gone for good" in told.stdout
    assert "1 letters (1 events) discarded in" in told.stdout
    assert {"dead": 2, "waiting": 0, "discarded": 1} == counts(store)
    lines = CliRunner().invoke(audit, [], env={"REDIS_URL": store_url}).stdout
    assert "discard  portal 20000001, until" in lines
    assert "text division: 1 letters" in lines
    assert "a test" in lines


def test_an_order_can_be_left_alone_looked_at_and_stopped(
    run: Run, letters: list[str], store: redis.Redis
) -> None:
    told = run("replay", "--all", "--yes", "--no-wait")
    assert f"ordered as {PORTAL}/1" in told.stdout

    assert f"{PORTAL}/1  replay  running" in run("orders").stdout
    assert "(stopped)" in run("stop", f"{PORTAL}/1").stdout
    assert f"{PORTAL}/1  replay  stopped" in run("orders", f"{PORTAL}/1").stdout
    assert 3 == counts(store)["dead"]


def test_a_field_of_an_event_is_edited_in_place(run: Run, letters: list[str]) -> None:
    told = run("edit", letters[0], "--set", "objectId=777", "--set", "note=12")

    assert f"event 0 of {letters[0]}: edited\n" == told.stdout
    shown = json.loads(run("show", letters[0]).stdout)
    assert 501 == shown["raw"][0]["objectId"]
    assert {"objectId": 777, "note": "12"} == {
        name: shown["edits"]["0"][name] for name in ("objectId", "note")
    }
    run("edit", letters[0], "--undo")
    assert {} == json.loads(run("show", letters[0]).stdout)["edits"]


def test_a_whole_event_is_given_as_a_file(run: Run, letters: list[str]) -> None:
    told = run(
        "edit",
        letters[0],
        "--file",
        "-",
        input=json.dumps({**event("1"), "objectId": 9}),
    )
    assert 0 == told.exit_code, told.exception

    shown = json.loads(run("show", letters[0]).stdout)
    assert 9 == shown["edits"]["0"]["objectId"]
    refused = run("edit", letters[0], "--file", "-", input="{")
    assert "the file is not JSON" in str(refused.exception)


def test_what_is_exported_can_be_imported(
    run: Run, letters: list[str], store: redis.Redis, tmp_path: Path
) -> None:
    file = tmp_path / "letters.jsonl"
    file.write_text(run("export", "--error", "bug").stdout)
    store.flushall()

    told = run("import", str(file))

    assert told.stdout == (
        "2 dead letters with 2 events taken in, 0 were here already\n"
    )
    assert 2 == counts(store)["dead"]
    assert "0 dead letters" in run("import", str(file)).stdout
