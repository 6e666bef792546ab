"""What happens on the wire: connections, tokens, counting, pausing."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest
import redis

from app.cli import embedded
from app.errors import (
    ConfigError,
    Denied,
    Refused,
    ServerBroken,
    Throttled,
    Unreachable,
)
from app.hubspot.client import CallRecord, HubSpot
from app.hubspot.protocol import Request
from app.hubspot.record import NewRecord
from app.hubspot.throttle import RatePlan, Throttle

PORTAL = "20000001"
HTML = b"<html>502 Bad Gateway</html>"
TEN_SECONDLY = {"message": "You have reached ...", "policyName": "TEN_SECONDLY_ROLLING"}


def test_request_carries_token_json_and_query(
    hubspot: HubSpot, scripted: Any, says: Any, token: str
) -> None:
    scripted.in_turn(says(200, {"ok": True}))
    hubspot.send(Request("POST", "/x", {"a": ["ü"]}, {"q": "a b&c"}))
    seen = scripted.seen[0]
    assert seen.headers["Authorization"] == f"Bearer {token}"
    assert seen.headers["Content-Type"] == "application/json"
    assert seen.body == {"a": ["ü"]}
    assert seen.query == {"q": "a b&c"}


def test_token_may_change_between_calls(scripted: Any, says: Any) -> None:
    """An OAuth token lives for half an hour; the client outlives it."""
    tokens = iter(["first", "second"])
    scripted.in_turn(says(204))
    with HubSpot(scripted.url, lambda: next(tokens), PORTAL) as hubspot:
        hubspot.send(Request("GET", "/x"))
        hubspot.send(Request("GET", "/x"))
    sent = [seen.headers["Authorization"] for seen in scripted.seen]
    assert sent == ["Bearer first", "Bearer second"]


def test_netrc_does_not_replace_the_token(
    hubspot: HubSpot,
    scripted: Any,
    says: Any,
    token: str,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    scripted.in_turn(says(204))
    hubspot.send(Request("GET", "/x"))
    assert scripted.seen[0].headers["Authorization"] == f"Bearer {token}"


@pytest.mark.parametrize("token", ["", "secret-1 ", "secret-1\n", "sécret-1"])
def test_unusable_token_is_denied_without_being_shown(
    scripted: Any, token: str
) -> None:
    with HubSpot(scripted.url, token, PORTAL) as hubspot:
        with pytest.raises(Denied) as caught:
            hubspot.send(Request("GET", "/x"))
        assert "cret-1" not in str(caught.value)
    assert scripted.seen == []


def test_token_is_in_no_repr_and_no_error(
    scripted: Any, says: Any, token: str, calls: list[CallRecord]
) -> None:
    scripted.in_turn(says(401, {"message": f"{token} is wrong"}), says(drop=True))
    with HubSpot(scripted.url, token, PORTAL, on_call=calls.append) as hubspot:
        shown = [repr(hubspot), str(vars(hubspot.account))]
        for kind in (Denied, Unreachable):
            with pytest.raises(kind) as caught:
                hubspot.account.details()
            shown.append(str(caught.value))
            assert caught.value.__context__ is None
    assert token not in " ".join([*shown, repr(calls)])


def test_redirect_is_not_followed(hubspot: HubSpot, scripted: Any, says: Any) -> None:
    """Whoever redirects us is not HubSpot, and must not be given the token."""
    scripted.in_turn(says(307, headers={"Location": f"{scripted.url}/elsewhere"}))
    with pytest.raises(ServerBroken):
        hubspot.send(Request("POST", "/x", {}))
    assert [seen.path for seen in scripted.seen] == ["/x"]


def test_dropped_connection_is_not_tried_again(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    scripted.in_turn(says(drop=True), says(200, {}))
    with pytest.raises(Unreachable, match="does no harm"):
        hubspot.objects("contacts").update("501", {"city": "Ulm"})
    assert len(scripted.seen) == 1


def test_error_warns_when_a_creation_may_have_happened(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    scripted.in_turn(says(drop=True))
    with pytest.raises(Unreachable, match="look before"):
        hubspot.objects("notes").create(NewRecord({"hs_note_body": "x"}))


def test_answer_that_never_comes_is_unreachable(scripted: Any, says: Any) -> None:
    ended = threading.Event()

    def hang(_: Any) -> Any:
        ended.wait(10)
        return says(204)

    scripted.script = hang
    with HubSpot(scripted.url, "t", PORTAL, timeout=(1.0, 0.1)) as hubspot:
        with pytest.raises(Unreachable, match=r"no answer in time\); it may have"):
            hubspot.send(Request("POST", "/x", {}))
        ended.set()


def test_refused_connection_says_that_nothing_was_sent(calls: list[CallRecord]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        hubspot = HubSpot(url, "t", PORTAL, on_call=calls.append)
        with pytest.raises(Unreachable, match="nothing was sent"):
            hubspot.send(Request("POST", "/x", {}))
    assert [call.status for call in calls] == [None]


def test_every_call_is_recorded_once(
    hubspot: HubSpot, scripted: Any, says: Any, calls: list[CallRecord]
) -> None:
    scripted.in_turn(says(200, {"results": []}), says(502, HTML), says(404))
    hubspot.objects("contacts").batch_read(["1", "2"])
    hubspot.objects("contacts").batch_read(["1"])
    with pytest.raises(Refused):
        hubspot.objects("contacts").read("77")
    batch, single = (
        "POST /crm/v3/objects/contacts/batch/read",
        "/crm/v3/objects/contacts",
    )
    assert [(call.route, call.status, call.inputs, call.error) for call in calls] == [
        (batch, 200, 2, ""),
        (batch, 502, 1, "ServerBroken"),
        (f"GET {single}/{{id}}", 404, 1, "Refused"),
    ]
    assert all(call.seconds > 0 for call in calls)


def test_body_that_is_no_json_is_refused_before_it_costs_a_call(
    hubspot: HubSpot, scripted: Any
) -> None:
    with pytest.raises(Refused, match="was not"):
        hubspot.objects("contacts").update("501", {"city": "\ud800"})
    assert scripted.seen == []


@pytest.mark.parametrize("url", ["", "api.hubapi.com", "ftp://api.hubapi.com"])
def test_base_url_has_to_be_one(url: str) -> None:
    with pytest.raises(ConfigError):
        HubSpot(url, "t", PORTAL)


def test_unknown_lane_is_refused(scripted: Any) -> None:
    with pytest.raises(ConfigError, match="live"):
        HubSpot(scripted.url, "t", PORTAL, lane="fast")


def test_429_makes_every_worker_stand_still(
    scripted: Any, says: Any, store: redis.Redis
) -> None:
    scripted.in_turn(says(429, TEN_SECONDLY), says(204))
    here, there = (
        HubSpot(
            scripted.url,
            "t",
            PORTAL,
            throttle=Throttle(store, RatePlan()),
            max_wait_s=1.0,
        )
        for _ in range(2)
    )
    with pytest.raises(Throttled):
        here.send(Request("GET", "/x"))
    with pytest.raises(Throttled) as caught:
        there.send(Request("GET", "/x"))
    assert caught.value.retry_after is not None
    assert 8 < caught.value.retry_after <= 10
    assert len(scripted.seen) == 1


def test_429_of_search_stops_searches_only(
    scripted: Any, says: Any, store: redis.Redis
) -> None:
    """The search limit is shared with all other apps of the account."""
    scripted.in_turn(says(429, {"policyName": "SECONDLY"}), says(204))
    throttle = Throttle(store, RatePlan())
    with HubSpot(
        scripted.url, "t", PORTAL, throttle=throttle, max_wait_s=0.1
    ) as hubspot:
        with pytest.raises(Throttled, match="HubSpot asks"):
            hubspot.send(Request("POST", "/s", {}, family="search"))
        with pytest.raises(Throttled, match="has to wait"):
            hubspot.send(Request("POST", "/s", {}, family="search"))
        assert hubspot.send(Request("GET", "/x")).status == 204
    assert throttle.paused(PORTAL) is None


def test_answer_survives_a_store_that_dies_meanwhile(
    scripted: Any, says: Any, tmp_path: Any, store_url: str
) -> None:
    """The write has happened; an estimate that cannot be kept must not hide that."""
    headers = {"X-HubSpot-RateLimit-Max": "100", "X-HubSpot-RateLimit-Remaining": "1"}
    with embedded.running(tmp_path) as url:
        store = redis.Redis.from_url(url)

        def answer(_: Any) -> Any:
            store.shutdown(nosave=True)
            return says(200, {"done": True}, headers)

        scripted.script = answer
        throttle = Throttle(redis.Redis.from_url(url), RatePlan())
        with HubSpot(scripted.url, "t", PORTAL, throttle=throttle) as hubspot:
            assert hubspot.send(Request("POST", "/x", {})).body == {"done": True}
