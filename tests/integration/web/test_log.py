"""What the request log says about deliveries that came over real HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
import redis
import requests
from click.testing import CliRunner, Result

from app.cli import embedded
from app.cli.deliveries import deliveries
from app.events import keys
from app.events.archive import Archive, ArchiveOptions
from app.events.deliveries import Deliveries, Search
from app.events.delivery import Delivery
from app.events.receipt import Receipt
from app.events.scripts import Scripts
from app.hubspot import signature
from tests.integration.web.conftest import PATH, PORTAL, SECRETS, Door, event, start_web
from tests.integration.web.visitor import Visitors, answer, head


def logged(store: redis.Redis, count: int = 1) -> list[Delivery]:
    """Wait until so many deliveries are in the log; give the oldest first."""
    log, deadline = Deliveries(Scripts(store), 3600, 10_000), time.monotonic() + 10
    while len(found := list(log.latest())) < count:
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found[::-1]


def quiet_second() -> None:
    """Wait for a second in which nobody was refused yet."""
    now = time.time()
    time.sleep(1.01 - now % 1)


def test_an_accepted_delivery_is_written_down(door: Door) -> None:
    body = orjson.dumps([event(), event(), event(eventId=2, portalId=33), 17])
    before = time.time()
    door.send(body)

    (seen,) = logged(door.store)
    assert ("accepted", 204, "v3", len(body)) == (
        seen.outcome,
        seen.status,
        seen.signature,
        seen.size,
    )
    assert Receipt(accepted=3, duplicates=1, unreadable=1) == seen.receipt
    assert (str(PORTAL), "33", "0") == seen.portals
    assert before - 0.1 <= seen.at <= time.time() + 0.1
    assert "" == seen.reason


def bad_secret(door: Door) -> requests.Response:
    return door.send([event()], secret="guessed")


def late(door: Door) -> requests.Response:
    return door.send([event()], timestamp_ms=int(time.time() * 1000) - 900_000)


def through_a_proxy(door: Door) -> requests.Response:
    body, stamp = orjson.dumps([event()]), str(int(time.time() * 1000))
    url = f"https://hooks.example.com{PATH}"
    headers = {
        "X-HubSpot-Request-Timestamp": stamp,
        "X-HubSpot-Signature-v3": signature.sign_v3(
            SECRETS[0], "POST", url, body, stamp
        ),
        "X-Forwarded-Host": "hooks.example.com",
    }
    return door.send(body, headers=headers)


def no_array(door: Door) -> requests.Response:
    return door.send(b'{"secret": "ada@example.org"}')


def compressed(door: Door) -> requests.Response:
    return requests.post(
        door.url + PATH, b"x", headers={"Content-Encoding": "gzip"}, timeout=10
    )


def too_long(door: Door) -> requests.Response:
    return door.send(b" " * 1_000_001)


@pytest.mark.parametrize(
    ("send", "status", "said"),
    [
        (bad_secret, 401, "no secret of HUBSPOT_CLIENT_SECRET fits"),
        (late, 401, "s before the time of this machine"),
        (through_a_proxy, 401, "PUBLIC_URL should be 'https://hooks.example.com'"),
        (no_array, 400, "JSON, but not an array"),
        (compressed, 415, "does not compress"),
        (too_long, 413, "at most 1000000 bytes"),
    ],
)
def test_a_refused_delivery_is_written_down_with_the_reason(
    door: Door, send: Callable[[Door], requests.Response], status: int, said: str
) -> None:
    quiet_second()
    told = send(door)

    (seen,) = logged(door.store)
    assert (status, "rejected", status) == (
        told.status_code,
        seen.outcome,
        seen.status,
    )
    assert said in seen.reason
    assert Receipt() == seen.receipt
    assert b"ada@" not in b"".join(door.store.dump(k) for k in door.store.keys("*"))
    if status == 401 and send is not late:  # who has the secret may know the time
        assert said not in told.text


def test_a_request_that_is_too_slow_is_written_down(
    store: redis.Redis, web_url: str
) -> None:
    quiet_second()
    with Visitors(int(web_url.rpartition(":")[2])) as visitors:
        (slow,) = visitors.come(1, head(length=100) + b"[")
        assert b" 408 " in answer(slow)

    (seen,) = logged(store)
    assert ("rejected", 408) == (seen.outcome, seen.status)


def test_a_flood_of_refusals_is_a_few_lines_that_count_them_all(door: Door) -> None:
    quiet_second()
    sent, began = 0, time.monotonic()
    while time.monotonic() - began < 1.5:
        requests.post(door.url + PATH, b"[]", timeout=10)
        sent += 1
    time.sleep(0.5)

    seen = logged(door.store, 2)
    assert sent == sum(each.more or 1 for each in seen)
    assert sent > 100
    assert len(seen) < 30
    assert any(each.reason.startswith("and ") for each in seen if each.more)


def command(store_url: str, *words: str) -> Result:
    return CliRunner().invoke(deliveries, list(words), env={"REDIS_URL": store_url})


def test_the_command_lists_and_shows(door: Door, store_url: str) -> None:
    door.send([event(propertyName="email", propertyValue="ada@example.org")])
    (seen,) = logged(door.store)

    listed = command(store_url)
    as_json = json.loads(
        command(store_url, "--json", "--contact", "106651134132").stdout
    )
    shown = json.loads(command(store_url, "show", seen.id).stdout)

    assert f"{seen.id}  accepted 204" in listed.stdout
    assert "1 accepted" in listed.stdout
    assert seen.id == as_json["id"]
    assert "contact.creation" == shown["events"][0]["kind"]
    assert "106651134132" == shown["events"][0]["contact_id"]
    assert "ada@" not in listed.stdout + json.dumps(shown)


@pytest.mark.parametrize(
    "words",
    [
        ["--outcome", "rejected"],
        ["--portal", "8"],
        ["--contact", "8"],
        ["--since", "2999-01-01"],
    ],
)
def test_the_command_says_that_there_is_none(
    door: Door, store_url: str, words: list[str]
) -> None:
    door.send([event()])
    logged(door.store)

    assert "no such delivery\n" == command(store_url, *words).stdout


def test_the_command_explains_an_unknown_id(store_url: str, store: redis.Redis) -> None:
    told = command(store_url, "show", "0" * 19)

    assert 1 == told.exit_code
    assert "KEEP_S" in told.output
    assert [] == list(Deliveries(Scripts(store), 60, 10).latest(Search()))


def test_a_log_that_cannot_be_written_costs_no_delivery(door: Door) -> None:
    door.store.set(keys.DELIVERIES, "in the way")
    statuses = [door.send([event(eventId=n)]).status_code for n in range(30)]
    time.sleep(0.3)

    assert {204} == {*statuses, door.send([event(eventId=99)]).status_code}
    assert 31 == door.law().waiting
    door.store.delete(keys.DELIVERIES)
    assert 31 == len(logged(door.store, 31))


def test_what_is_answered_2xx_is_archived(
    tmp_path: Path, store_url: str, store: redis.Redis
) -> None:
    """Before it is accepted: a door that cannot archive takes nothing."""
    url = f"http://127.0.0.1:{embedded.free_port()}"
    web = start_web(url, store_url, tmp_path / "web.log", ARCHIVE_MB="1")
    kept = Archive(Scripts(store), ArchiveOptions(2**20, 3600))
    try:
        door = Door(url, store)
        assert 204 == door.send([event(eventId=1), event(eventId=2)]).status_code
        (entry,) = kept.entries(str(PORTAL), 0, 1e11)
        assert 2 == len(kept.items(str(PORTAL), entry.delivery_id))
        assert entry.delivery_id == logged(store)[0].id

        store.delete(keys.of(str(PORTAL), "archive"))
        store.set(keys.of(str(PORTAL), "archive"), "in the way")
        assert 503 == door.send([event(eventId=3)]).status_code
        assert 2 == door.law().accepted
    finally:
        web.terminate()
        web.wait(timeout=20)


def test_a_length_beyond_all_numbers_is_refused_and_written_down(
    store: redis.Redis, web_url: str
) -> None:
    """Found by fuzzing: the line could not be stored, and no other was after it."""
    quiet_second()
    with Visitors(int(web_url.rpartition(":")[2])) as visitors:
        (odd,) = visitors.come(1, head(f"Content-Length: {'9' * 30}") + b"[]GET / H")
        told = answer(odd)
    Door(web_url, store).send([event()])

    assert told.startswith(b"HTTP/1.1 413 ")
    assert 1 == told.count(b"HTTP/1.1 ")
    assert [413, 204] == [each.status for each in logged(store, 2)]
