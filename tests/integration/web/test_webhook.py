"""The door over real HTTP: what is stored, what is refused, and in which words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest
import requests

from app.cli import embedded
from app.hubspot import signature
from tests.integration.web.conftest import PATH, PORTAL, SECRETS, Door, event, start_web


def test_a_genuine_delivery_is_stored_before_it_is_answered(door: Door) -> None:
    answer = door.send([event(eventId=n) for n in range(100)])

    assert (204, b"") == (answer.status_code, answer.content)
    assert 100 == door.law().waiting
    assert door.law().holds


def test_one_delivery_may_hold_events_of_several_portals(door: Door) -> None:
    door.send([event(), event(portalId=33)])

    assert (1, 1) == (door.law().waiting, door.law(33).waiting)


def test_a_bad_item_is_kept_and_its_neighbours_are_stored(door: Door) -> None:
    answer = door.send([event(), 17, event(eventId=2, objectId="x")])

    assert 204 == answer.status_code
    assert (1, 1) == (door.law().waiting, door.law().dead)
    assert 1 == door.law(0).dead


@pytest.mark.parametrize("secret", SECRETS)
def test_every_secret_counts_while_rotating(door: Door, secret: str) -> None:
    assert 204 == door.send([event()], secret=secret).status_code


def test_a_query_in_the_target_is_part_of_what_is_signed(door: Door) -> None:
    target = f"{PATH}?team=a%2Fb&x=%20"

    assert 204 == door.send([event()], target=target).status_code


def test_a_wrong_secret_is_refused_in_hubspot_like_json(door: Door) -> None:
    answer = door.send([event()], secret="guessed")

    assert 401 == answer.status_code
    assert "INVALID_AUTHENTICATION" == answer.json()["category"]
    assert {"status", "message", "correlationId", "category"} == set(answer.json())
    assert 0 == door.law().accepted


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_timestamp_six_minutes_off_is_refused(door: Door, minutes: int) -> None:
    stamp = int((time.time() + minutes * 60) * 1000)

    assert 401 == door.send([event()], timestamp_ms=stamp).status_code


def test_a_forwarded_header_does_not_move_the_signed_url(door: Door) -> None:
    """Somebody who knows a signature for another URL cannot claim it is ours."""
    body = b"[]"
    stamp = str(int(time.time() * 1000))
    signed = signature.sign_v3(
        SECRETS[0], "POST", f"https://evil.example{PATH}", body, stamp
    )
    headers = {
        "X-HubSpot-Request-Timestamp": stamp,
        "X-HubSpot-Signature-v3": signed,
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Host": "evil.example",
    }

    assert 401 == door.send(body, headers=headers).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-HubSpot-Signature-v3": "é".encode().decode("latin-1")},
        {"X-HubSpot-Signature-v3": "x", "X-HubSpot-Request-Timestamp": "soon"},
        {"X-HubSpot-Signature-v3": "x", "X-HubSpot-Request-Timestamp": "9" * 400},
        {"X-HubSpot-Signature": "00", "X-HubSpot-Signature-Version": "v9"},
    ],
)
def test_malformed_headers_are_refused_and_never_break_the_server(
    door: Door, headers: dict[str, str]
) -> None:
    assert 401 == door.send(b"[]", headers=headers).status_code


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"null", b"[", b"\xff\xfe", b'"text"', b"[" * 100_000, b"1e999"],
)
def test_a_body_that_is_no_array_is_refused(door: Door, body: bytes) -> None:
    answer = door.send(body)

    assert 400 == answer.status_code
    assert "VALIDATION_ERROR" == answer.json()["category"]


def test_a_body_of_ten_megabytes_is_refused_unread(door: Door) -> None:
    answer = door.send(b"[" + b" " * 10_000_000 + b"]")

    assert 413 == answer.status_code
    assert "status" in answer.json()


def test_a_body_without_a_length_is_cut_off_at_the_limit(door: Door) -> None:
    def endless() -> object:
        for _ in range(2_000):
            yield b" " * 1_000

    try:
        status = requests.post(door.url + PATH, data=endless(), timeout=10).status_code
    except requests.ConnectionError:
        status = 413  # the server hung up on us while we were still talking

    assert 413 == status


def test_other_methods_and_paths_are_answered_in_the_same_shape(door: Door) -> None:
    for answer in (
        requests.get(door.url + PATH, timeout=10),
        requests.post(f"{door.url}/elsewhere", timeout=10),
    ):
        assert answer.status_code in (404, 405)
        assert "error" == answer.json()["status"]


def test_a_browser_at_the_wrong_place_is_told_the_right_one(door: Door) -> None:
    looked = requests.get(door.url + PATH, timeout=10).json()
    lost = requests.get(door.url, timeout=10).json()

    assert "This path answers to POST only." == looked["message"]
    assert f"There is nothing at this path; webhooks go to {PATH}." == lost["message"]


def test_a_port_that_is_taken_is_named_last(door: Door, store_url: str) -> None:
    port = door.url.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "web"],
        env={
            **os.environ,
            "HUBSPOT_CLIENT_SECRET": "s",
            "REDIS_URL": store_url,
            "ALLOW_LOSSY_STORE": "true",
            "PORT": port,
        },
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert 2 == done.returncode
    *_, last = done.stderr.splitlines()
    assert last.startswith(f"hubkeeper: cannot listen on 127.0.0.1:{port}; set ")


def test_a_store_that_is_away_is_a_503_within_a_second(tmp_path: Path) -> None:
    """And when the store is back, so is the door, with nothing lost."""
    port = embedded.free_port()
    store = embedded.start(tmp_path / "store", port)
    url = f"http://127.0.0.1:{embedded.free_port()}"
    web = start_web(url, f"redis://127.0.0.1:{port}/0", tmp_path / "web.log")
    try:
        door = Door(url, embedded.client(port))
        assert 204 == door.send([event(eventId=1)]).status_code
        store.kill()
        store.wait()

        began = time.monotonic()
        answer = door.send([event(eventId=2)])

        assert 503 == answer.status_code
        assert "30" == answer.headers["Retry-After"]
        assert time.monotonic() - began < 1
        store = embedded.start(tmp_path / "store", port)
        assert 204 == door.send([event(eventId=2)]).status_code
        assert door.law().holds
    finally:
        web.terminate()
        web.wait(timeout=20)
        store.terminate()
        store.wait(timeout=10)


def test_a_store_that_hangs_is_a_503_within_a_second(tmp_path: Path) -> None:
    """A store that takes the command and says nothing is as good as away."""
    port = embedded.free_port()
    store = embedded.start(tmp_path / "store", port)
    url = f"http://127.0.0.1:{embedded.free_port()}"
    web = start_web(url, f"redis://127.0.0.1:{port}/0", tmp_path / "web.log")
    try:
        store.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        answer = Door(url, embedded.client(port)).send([event()])

        assert 503 == answer.status_code
        assert time.monotonic() - began < 1
    finally:
        store.send_signal(signal.SIGCONT)
        for process in (web, store):
            process.terminate()
            process.wait(timeout=20)


def test_which_versions_count_is_a_setting(
    tmp_path: Path, store_url: str, door: Door
) -> None:
    """By default an old v1 signature is as good; a careful user takes v3 only."""
    url = f"http://127.0.0.1:{embedded.free_port()}"
    strict = start_web(url, store_url, tmp_path / "web.log", ACCEPTED_SIGNATURES="v3")
    body = orjson.dumps([event()])
    headers = {
        "X-HubSpot-Signature": signature.sign_v1(SECRETS[0], body),
        "X-HubSpot-Signature-Version": "v1",
    }
    try:
        assert 204 == door.send(body, headers=headers).status_code
        assert 401 == Door(url, door.store).send(body, headers=headers).status_code
    finally:
        strict.terminate()
        strict.wait(timeout=20)


@pytest.mark.parametrize(("proxies", "status"), [("0", 401), ("1", 204)])
def test_a_proxy_is_believed_only_when_it_is_configured(
    tmp_path: Path, store_url: str, door: Door, proxies: str, status: int
) -> None:
    url = f"http://127.0.0.1:{embedded.free_port()}"
    settings = {"PUBLIC_URL": "", "TRUSTED_PROXIES": proxies}
    web = start_web(url, store_url, tmp_path / "web.log", **settings)
    body, stamp = b"[]", str(int(time.time() * 1000))
    public = f"https://hooks.example.com{PATH}"
    headers = {
        "X-HubSpot-Request-Timestamp": stamp,
        "X-HubSpot-Signature-v3": signature.sign_v3(
            SECRETS[0], "POST", public, body, stamp
        ),
        "X-Forwarded-Host": "hooks.example.com",
        "X-Forwarded-Proto": "https",
    }
    try:
        answer = Door(url, door.store).send(body, headers=headers)
        assert status == answer.status_code
    finally:
        web.terminate()
        web.wait(timeout=20)


def test_a_full_backlog_is_a_503(tmp_path: Path, store_url: str, door: Door) -> None:
    url = f"http://127.0.0.1:{embedded.free_port()}"
    web = start_web(url, store_url, tmp_path / "web.log", MAX_WAITING_EVENTS="1")
    try:
        small = Door(url, door.store)
        assert 204 == small.send([event(eventId=1)]).status_code

        assert 503 == small.send([event(eventId=2)]).status_code

        assert 1 == small.law(PORTAL).accepted
    finally:
        web.terminate()
        web.wait(timeout=20)
