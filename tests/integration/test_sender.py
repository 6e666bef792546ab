"""The sandbox's webhooks, as a real receiver on a real port sees them."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.cli import embedded
from app.events import wire
from app.events.model import Event
from app.hubspot import signature
from app.sandbox.crm.journal import Change
from app.sandbox.sender import Sender, SenderOptions

SECRET = "the sandbox's secret"
OCCURRED_AT_MS = 1_795_166_400_123
PATIENCE_S = 20.0


@dataclass(frozen=True)
class Received:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.body)
        return found

    @property
    def attempts(self) -> set[int]:
        return {event["attemptNumber"] for event in self.events}

    @property
    def timestamp(self) -> int:
        return int(self.headers["X-HubSpot-Request-Timestamp"])


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # with the default of 5 a burst of connections waits 1 s


class Receiver:
    """An app's webhook endpoint: keeps what comes, answers as `answer` says."""

    def __init__(self, port: int = 0) -> None:
        self.received: list[Received] = []
        self.answer: Callable[[int], int] = lambda number: 204
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/hubspot"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for request in self.received for event in request.events]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = Received(self.path, dict(self.headers), body)
                with receiver._lock:
                    receiver.received.append(request)
                    number = next(receiver._numbers)
                status = receiver.answer(number)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                if 300 <= status < 400:
                    self.send_header("Location", receiver.url)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        return Handler


StartSender = Callable[..., Sender]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def start(receiver: Receiver) -> Iterator[StartSender]:
    """Give a function that starts a sender aimed at the receiver."""
    with ExitStack() as stack:

        def started(**options: Any) -> Sender:
            options = {"target_url": receiver.url, "client_secret": SECRET} | options
            sender = Sender(SenderOptions(**options))
            stack.callback(sender.stop)
            sender.start()
            return sender

        yield started


def change(object_id: int | str = 501, **fields: Any) -> Change:
    """Return a change of a contact's e-mail address, or what the fields say."""
    return Change(
        **{
            "object_type_id": "0-1",
            "object_id": str(object_id),
            "happening": "propertyChange",
            "occurred_at_ms": OCCURRED_AT_MS,
            "change_source": "CRM_UI",
            "source_id": "userId:777",
            "property_name": "email",
            "property_value": "ada@example.com",
        }
        | fields
    )


def happened(happening: str, object_id: int | str = 501, **fields: Any) -> Change:
    """Return a change that is not about a property."""
    nothing = {"property_name": "", "property_value": ""}
    return change(object_id, happening=happening, **nothing | fields)


def association(association_type: str, **fields: Any) -> Change:
    ends = {
        "associationType": association_type,
        "fromObjectId": 501,
        "toObjectId": 901,
        "associationRemoved": False,
        "isPrimaryAssociation": True,
    }
    return happened("associationChange", change_source="USER", extra=ends, **fields)


def deliver(sender: Sender, changes: Sequence[Change]) -> dict[str, Any]:
    """Emit the changes, wait until they are settled, and return the report."""
    sender.emit(changes)
    assert sender.wait_idle(PATIENCE_S), sender.report()
    report = sender.report()
    settled = ("events_delivered", "given_up", "events_dropped", "pending")
    assert report["events_emitted"] == sum(report[name] for name in settled)
    return report


def test_every_event_arrives_once_in_arrays_of_at_most_100(
    receiver: Receiver, start: StartSender
) -> None:
    report = deliver(start(), [change(number) for number in range(1, 951)])
    assert set(range(1, 951)) == {event["objectId"] for event in receiver.events}
    assert sorted(len(each.events) for each in receiver.received) == [50] + [100] * 9
    assert report["events_delivered"] == 950
    assert report["deliveries"] == 10
    assert report["retries"] == report["duplicates_sent"] == report["pending"] == 0


def test_events_that_happen_together_travel_together(
    receiver: Receiver, start: StartSender
) -> None:
    sender = start(linger_s=0.3)
    for number in range(1, 31):
        sender.emit([change(number)])
    assert sender.wait_idle(PATIENCE_S)
    assert len(receiver.events) == 30
    assert len(receiver.received) < 5


def test_a_smaller_array_can_be_asked_for(
    receiver: Receiver, start: StartSender
) -> None:
    deliver(start(max_events=7), [change(number) for number in range(1, 21)])
    assert sorted(len(each.events) for each in receiver.received) == [6, 7, 7]


@pytest.mark.parametrize("query", ["", "?portal=7&who=%40us%20%2f&x=%253A"])
def test_both_signatures_of_a_delivery_are_genuine(
    receiver: Receiver, start: StartSender, query: str
) -> None:
    deliver(start(target_url=receiver.url + query), [change(property_value="Zoë 🎉")])
    (request,) = receiver.received
    for version in ("v1", "v3"):
        found = signature.verify(
            headers=request.headers,
            method="POST",
            uri=receiver.url.partition("/webhooks")[0] + request.path,
            body=request.body,
            secrets=[SECRET],
            accepted=frozenset({version}),
            now=time.time(),
        )
        assert version == found


def test_the_url_that_is_called_is_the_one_that_is_signed(
    receiver: Receiver, start: StartSender
) -> None:
    """A target without a path is called with one."""
    origin = receiver.url.partition("/webhooks")[0]
    deliver(start(target_url=origin), [change()])
    (request,) = receiver.received
    assert request.path == "/"
    signature.verify(
        headers=request.headers,
        method="POST",
        uri=f"{origin}/",
        body=request.body,
        secrets=[SECRET],
        now=time.time(),
    )


def test_headers_and_body_look_like_a_captured_delivery(
    receiver: Receiver, start: StartSender
) -> None:
    deliver(start(), [change()])
    (request,) = receiver.received
    agent = (
        "HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: "
        "webhooks-nio-http-client) - WebhooksExecutorDaemon-executor"
    )
    fixed = {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": agent,
        "X-HubSpot-Signature-Version": "v1",
        "X-HubSpot-Timeout-Millis": "10000",
    }
    assert fixed == {name: request.headers[name] for name in fixed}
    assert len(request.headers["X-HubSpot-Signature"]) == 64
    assert len(request.headers["X-HubSpot-Signature-v3"]) == 44
    compact = json.dumps(request.events, separators=(",", ":"), ensure_ascii=False)
    assert compact.encode() == request.body


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_a_success(
    receiver: Receiver, start: StartSender, status: int
) -> None:
    receiver.answer = lambda number: status
    assert deliver(start(), [change()])["retries"] == 0
    assert len(receiver.received) == 1


@pytest.mark.parametrize("status", [302, 400, 401, 404, 410, 429, 500, 503])
def test_anything_else_comes_again_with_a_new_signature(
    receiver: Receiver, start: StartSender, status: int
) -> None:
    receiver.answer = lambda number: status if number < 2 else 204
    report = deliver(start(retry_delays_s=[0.05] * 10), [change(1), change(2)])
    assert [{0}, {1}, {2}] == [each.attempts for each in receiver.received]
    contents = {
        tuple((event["eventId"], event["objectId"]) for event in each.events)
        for each in receiver.received
    }
    assert len(contents) == 1
    stamps = [each.timestamp for each in receiver.received]
    assert sorted(set(stamps)) == stamps
    for each in receiver.received:
        signature.verify(
            headers=each.headers,
            method="POST",
            uri=receiver.url,
            body=each.body,
            secrets=[SECRET],
            now=each.timestamp / 1000,
        )
    assert tuple(
        report[name] for name in ("events_delivered", "deliveries", "retries")
    ) == (2, 3, 2)
    assert [status, status, 204] == [each["status"] for each in report["last"]]


def test_all_attempts_of_an_event_are_one_event_to_the_reader(
    receiver: Receiver, start: StartSender
) -> None:
    receiver.answer = lambda number: 503 if number < 3 else 204
    deliver(start(retry_delays_s=[0.01] * 10), [change()])
    keys = {wire.parse(each.body)[0].key for each in receiver.received}
    assert (len(receiver.received), len(keys)) == (4, 1)


def test_a_redirect_is_not_followed_and_may_count_as_success(
    receiver: Receiver, start: StartSender
) -> None:
    receiver.answer = lambda number: 302
    report = deliver(start(redirect_is_success=True), [change()])
    assert (report["events_delivered"], report["retries"]) == (1, 0)
    assert len(receiver.received) == 1


def test_an_answer_that_is_late_counts_as_none(
    receiver: Receiver, start: StartSender
) -> None:
    woken = threading.Event()

    def hang_once(number: int) -> int:
        if number == 0:
            woken.wait(PATIENCE_S)
        return 204

    receiver.answer = hang_once
    sender = start(timeout_s=0.5, retry_delays_s=[0.01] * 10)
    report = deliver(sender, [change()])
    woken.set()
    first, *_, last = report["last"]
    assert (first["status"], last["status"]) == (0, 204)
    assert "Timeout" in first["error"]
    assert [{0}, {1}] == [each.attempts for each in receiver.received][:2]


def test_an_app_that_is_down_gets_its_events_when_it_is_back(
    start: StartSender,
) -> None:
    with Receiver(embedded.free_port()) as gone:
        url, port = gone.url, int(gone.url.split(":")[2].split("/")[0])
    sender = start(target_url=url, retry_delays_s=[0.05] * 200)
    sender.emit([change()])
    wait_until(lambda: sender.report()["retries"] >= 1)
    with Receiver(port) as back:
        assert sender.wait_idle(PATIENCE_S)
        (request,) = back.received
    report = sender.report()
    assert min(request.attempts) >= 2
    assert report["last"][0]["error"] == "ConnectionError"
    assert (report["events_delivered"], report["pending"]) == (1, 0)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what nothing announces."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def test_after_the_last_attempt_an_event_is_given_up(
    receiver: Receiver, start: StartSender
) -> None:
    receiver.answer = lambda number: 500
    report = deliver(start(retry_delays_s=[0.01] * 3), [change(1), change(2)])
    assert [{0}, {1}, {2}, {3}] == [each.attempts for each in receiver.received]
    assert tuple(
        report[name] for name in ("events_delivered", "given_up", "retries")
    ) == (0, 2, 3)


def test_it_tries_ten_times_again_by_default() -> None:
    assert len(SenderOptions().retry_delays_s) == 10


def test_copies_are_the_same_events_signed_anew(
    receiver: Receiver, start: StartSender
) -> None:
    sender = start(duplicate_rate=1.0, duplicate_delay_s=0.05, max_events=10)
    report = deliver(sender, [change(number) for number in range(1, 101)])
    assert {2} == set(Counter(event["eventId"] for event in receiver.events).values())
    assert {2} == set(Counter(each.body for each in receiver.received).values())
    assert tuple(
        report[name]
        for name in ("events_delivered", "deliveries", "duplicates_sent", "retries")
    ) == (100, 20, 10, 0)


def test_a_share_of_the_deliveries_comes_twice(
    receiver: Receiver, start: StartSender
) -> None:
    sender = start(duplicate_rate=0.3, duplicate_delay_s=0, max_events=1, seed=7)
    report = deliver(sender, [change(number) for number in range(1, 201)])
    assert 30 < report["duplicates_sent"] < 90
    assert report["duplicates_sent"] + 200 == len(receiver.received)


def test_order_is_kept_by_a_lone_worker(receiver: Receiver, start: StartSender) -> None:
    deliver(start(concurrency=1), [change(number) for number in range(1, 501)])
    assert list(range(1, 501)) == [event["objectId"] for event in receiver.events]


def test_shuffling_mixes_inside_and_between_arrays(
    receiver: Receiver, start: StartSender
) -> None:
    sender = start(concurrency=1, shuffle=True, max_events=50)
    deliver(sender, [change(number) for number in range(1, 501)])
    arrays = [
        [event["objectId"] for event in each.events] for each in receiver.received
    ]
    flat = list(itertools.chain(*arrays))
    assert list(range(1, 501)) == sorted(flat)
    assert all(array != sorted(array) for array in arrays if len(array) > 5)
    assert any(max(a) > min(b) for a, b in itertools.pairwise(arrays))
    late = [number for place, number in enumerate(flat) if number < place - 200]
    assert late, "no event came much later than it happened"


@pytest.mark.parametrize(("window", "expected"), [(0, {1}), (300, set(range(2, 9)))])
def test_shuffling_holds_events_back_as_far_as_the_window_allows(
    receiver: Receiver, start: StartSender, window: int, expected: set[int]
) -> None:
    """So that an event can come after one that happened much later."""
    sender = start(shuffle=True, reorder_window=window, linger_s=0.05)
    deliver(sender, [change(number) for number in range(1, 101)])
    assert len(receiver.received) in expected


def test_a_proxy_of_the_environment_does_not_stand_in_between(
    receiver: Receiver, start: StartSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = f"http://127.0.0.1:{embedded.free_port()}"
    monkeypatch.setenv("http_proxy", nobody)
    monkeypatch.setenv("no_proxy", "")
    assert deliver(start(), [change()])["retries"] == 0


def test_one_seed_gives_the_same_event_ids(start: StartSender) -> None:
    ids = []
    for seed in (1, 1, 2):
        with Receiver() as receiver:
            sender = start(target_url=receiver.url, seed=seed)
            deliver(sender, [change(number) for number in range(1, 51)])
            ids.append(sorted(event["eventId"] for event in receiver.events))
    assert ids[0] == ids[1]
    assert ids[0] != ids[2]
    assert all(0 < each < 2**32 for each in ids[0])


ENVELOPE = {
    "portalId": 20000001,
    "appId": 1160452,
    "occurredAt": OCCURRED_AT_MS,
    "attemptNumber": 0,
    "changeSource": "CRM_UI",
    "sourceId": "userId:777",
}
MERGE = {
    "primaryObjectId": 501,
    "mergedObjectIds": [502],
    "newObjectId": 503,
    "numberOfPropertiesMoved": 4,
}
ASSOCIATION = {
    "associationType": "CONTACT_TO_COMPANY",
    "fromObjectId": 501,
    "toObjectId": 901,
    "associationRemoved": False,
    "isPrimaryAssociation": True,
    "changeSource": "USER",
}


@pytest.mark.parametrize(
    ("what", "classic", "generic", "record"),
    [
        (
            happened("creation", change_flag="CREATED"),
            {"objectId": 501, "changeFlag": "CREATED"},
            {},
            "501",
        ),
        (
            happened("deletion", change_flag="DELETED"),
            {"objectId": 501, "changeFlag": "DELETED"},
            {},
            "501",
        ),
        (happened("restore"), {"objectId": 501}, {}, "501"),
        (
            change(object_id="106651134132"),
            {
                "objectId": 106651134132,
                "propertyName": "email",
                "propertyValue": "ada@example.com",
            },
            {"isSensitive": False},
            "106651134132",
        ),
        (
            change(property_value=""),
            {"objectId": 501, "propertyName": "email", "propertyValue": ""},
            {"isSensitive": False},
            "501",
        ),
        (happened("merge", object_id=503, extra=MERGE), MERGE, {}, "503"),
        (
            association("CONTACT_TO_COMPANY"),
            ASSOCIATION,
            {"fromObjectTypeId": "0-1", "toObjectTypeId": "0-2"},
            "501",
        ),
    ],
    ids=lambda value: value.happening if isinstance(value, Change) else "",
)
def test_the_fields_of_an_event_are_hubspots(
    receiver: Receiver,
    start: StartSender,
    what: Change,
    classic: dict[str, Any],
    generic: dict[str, Any],
    record: str,
) -> None:
    """Classic first; the generic copy names its object by type id."""
    deliver(start(generic=True), [what])
    (request,) = receiver.received
    first, second = request.events
    own = [
        {event.pop("eventId"), event.pop("subscriptionId")} for event in (first, second)
    ]
    kind = f"contact.{what.happening}"
    assert ENVELOPE | classic | {"subscriptionType": kind} == first
    kind = f"object.{what.happening}"
    in_general = {"subscriptionType": kind, "objectTypeId": "0-1"} | generic
    assert ENVELOPE | classic | in_general == second
    assert not own[0] & own[1]
    for event in wire.parse(request.body):
        assert isinstance(event, Event)
        assert (f"contact.{what.happening}", record) == (event.kind, event.object_id)


def test_an_unknown_source_id_is_left_out(
    receiver: Receiver, start: StartSender
) -> None:
    deliver(start(), [change(source_id="")])
    assert "sourceId" not in receiver.events[0]


def test_a_merge_may_bear_an_object_id(receiver: Receiver, start: StartSender) -> None:
    merged = happened("merge", object_id=503, extra=MERGE)
    deliver(start(merge_with_object_id=True), [merged])
    assert receiver.events[0]["objectId"] == 503


def test_a_privacy_deletion_may_come_without_an_object_id(
    receiver: Receiver, start: StartSender
) -> None:
    for with_id in (True, False):
        sender = start(privacy_deletion_with_object_id=with_id)
        deliver(sender, [happened("privacyDeletion")])
    assert [True, False] == ["objectId" in event for event in receiver.events]


def test_a_generic_association_may_be_told_by_number(
    receiver: Receiver, start: StartSender
) -> None:
    changed = association("CONTACT_TO_COMPANY", association_type_id=1)
    sender = start(generic=True, association_by_number=True)
    deliver(sender, [changed])
    classic, generic = receiver.events
    assert "CONTACT_TO_COMPANY" == classic["associationType"]
    assert "associationTypeId" not in classic
    assert "associationType" not in generic
    assert ("HUBSPOT_DEFINED", 1, "0-1", "0-2") == tuple(
        generic[name]
        for name in (
            "associationCategory",
            "associationTypeId",
            "fromObjectTypeId",
            "toObjectTypeId",
        )
    )


def test_a_privacy_deletion_has_no_generic_form(
    receiver: Receiver, start: StartSender
) -> None:
    deliver(start(generic=True), [happened("privacyDeletion")])
    types = [event["subscriptionType"] for event in receiver.events]
    assert types == ["contact.privacyDeletion"]


@pytest.mark.parametrize(
    ("subscriptions", "expected"),
    [
        (None, ["contact.creation", "email", "phone", "contact.associationChange"]),
        ([], []),
        ([{"eventType": "contact.creation"}], ["contact.creation"]),
        ([{"eventType": "contact.propertyChange"}], ["email", "phone"]),
        (
            [{"eventType": "contact.propertyChange", "propertyName": "phone"}],
            ["phone"],
        ),
        (
            [{"eventType": "contact.creation"}, {"eventType": "contact.creation"}],
            ["contact.creation"],
        ),
        (
            [
                {"eventType": "company.creation"},
                {"eventType": "company.propertyChange"},
            ],
            ["company.creation", "domain"],
        ),
        ([{"eventType": "object.creation"}], ["object.creation of 0-1"]),
        (
            [{"eventType": "object.creation", "objectTypeId": "0-2"}],
            ["object.creation of 0-2"],
        ),
        (
            [{"eventType": "object.associationChange"}],
            ["object.associationChange of 0-1"] * 2,
        ),
        ([{"eventType": "deal.associationChange"}], ["deal.associationChange"]),
    ],
)
def test_only_what_was_subscribed_to_is_sent(
    receiver: Receiver,
    start: StartSender,
    subscriptions: list[dict[str, str]] | None,
    expected: list[str],
) -> None:
    """Two dates never fire, and most associations have a generic form only.

    Those of custom objects have none at all.
    """
    changes = [
        happened("creation"),
        change(property_name="email"),
        change(property_name="phone"),
        change(property_name="hs_lastmodifieddate"),
        change(property_name="num_unique_conversion_events"),
        happened("creation", object_type_id="0-2"),
        change(object_type_id="0-2", property_name="domain"),
        association("CONTACT_TO_COMPANY"),
        association("CONTACT_TO_NOTE"),
        association("CONTACT_TO_PLANET"),
        association("DEAL_TO_LINE_ITEM", object_type_id="0-3"),
        association("DEAL_TO_PRODUCT", object_type_id="0-3"),
    ]
    report = deliver(start(subscriptions=subscriptions, concurrency=1), changes)
    sent = [
        event.get("propertyName")
        or " of ".join(
            event[name]
            for name in ("subscriptionType", "objectTypeId")
            if name in event
        )
        for event in receiver.events
    ]
    assert expected == sent
    assert len(expected) == report["events_emitted"]


def test_without_a_target_events_are_dropped_and_counted(
    receiver: Receiver, start: StartSender
) -> None:
    sender = start(target_url="")
    assert deliver(sender, [change(1), change(2)])["events_dropped"] == 2
    sender.configure(target_url=receiver.url)
    assert deliver(sender, [change(3)])["events_delivered"] == 1
    assert [event["objectId"] for event in receiver.events] == [3]


def test_a_target_that_goes_away_ends_the_retries(
    receiver: Receiver, start: StartSender
) -> None:
    receiver.answer = lambda number: 500
    sender = start(retry_delays_s=[0.05] * 100)
    sender.emit([change()])
    wait_until(lambda: sender.report()["retries"] >= 1)
    sender.configure(target_url="")
    assert sender.wait_idle(PATIENCE_S)
    assert (sender.report()["events_dropped"], sender.report()["pending"]) == (1, 0)


@pytest.mark.parametrize(
    "options",
    [
        {"max_event": 5},
        {"max_events": 101},
        {"max_events": 0},
        {"max_events": 2.5},
        {"max_events": True},
        {"max_events": None},
        {"concurrency": 0},
        {"timeout_s": 0},
        {"duplicate_rate": 1.5},
        {"duplicate_rate": float("nan")},
        {"shuffle": "yes"},
        {"linger_s": "0.1"},
        {"retry_delays_s": 1},
        {"retry_delays_s": None},
        {"retry_delays_s": [1, "2"]},
        {"retry_delays_s": [-1]},
        {"app_id": "mine"},
        {"portal_id": 7},
        {"target_url": "hooks.example.com"},
        {"target_url": "http://"},
        {"subscriptions": "contact.creation"},
        {"subscriptions": ["contact.creation"]},
        {"subscriptions": [{"eventType": "contact.birthday"}]},
        {"subscriptions": [{"eventType": "planet.creation"}]},
        {"subscriptions": [{"eventType": "deal.privacyDeletion"}]},
        {"subscriptions": [{"eventType": "conversation.newMessage"}]},
        {"subscriptions": [{}]},
        {"seed": 5},
    ],
)
def test_an_option_that_makes_no_sense_changes_nothing(
    receiver: Receiver, start: StartSender, options: dict[str, object]
) -> None:
    sender = start()
    with pytest.raises(ValueError, match=next(iter(options)).split("_")[0]):
        sender.configure(generic=True, **options)
    deliver(sender, [change()])
    assert [event["subscriptionType"] for event in receiver.events] == [
        "contact.propertyChange"
    ]


class Crowd:
    """Counts the requests that wait for their answer, and lets them go at a word."""

    def __init__(self) -> None:
        self.most = 0
        self._now = 0
        self._changed = threading.Condition()
        self._open = False

    def answer(self, number: int) -> int:
        with self._changed:
            self._now += 1
            self.most = max(self.most, self._now)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._open, PATIENCE_S)
            self._now -= 1
        return 204

    def wait_for(self, size: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._now == size, PATIENCE_S)

    def open(self) -> None:
        with self._changed:
            self._open = True
            self._changed.notify_all()


def test_so_many_requests_at_a_time_and_no_more(
    receiver: Receiver, start: StartSender
) -> None:
    crowd = Crowd()
    receiver.answer = crowd.answer
    sender = start(concurrency=3, max_events=1, timeout_s=PATIENCE_S)
    sender.emit([change(number) for number in range(1, 21)])
    crowd.wait_for(3)
    assert not sender.idle()
    sender.configure(concurrency=6)
    crowd.wait_for(6)
    assert sender.report()["pending"] == 20
    crowd.open()
    assert sender.wait_idle(PATIENCE_S)
    assert crowd.most == 6
    assert len(receiver.received) == 20


def test_what_is_pending_at_a_stop_leaves_after_the_next_start(
    receiver: Receiver, start: StartSender
) -> None:
    """Only this sender's threads count: others may be running in this process."""
    crowd = Crowd()
    receiver.answer = crowd.answer
    others = set(threading.enumerate())
    sender = start(concurrency=1, max_events=1, timeout_s=PATIENCE_S)
    own = {
        thread.name: thread
        for thread in threading.enumerate()
        if thread not in others and thread.name.startswith("webhook")
    }
    sender.emit([change(1), change(2), change(3)])
    crowd.wait_for(1)
    stopping = threading.Thread(target=sender.stop)
    stopping.start()
    own["webhook dispatcher"].join(PATIENCE_S)  # it goes as soon as it is told to
    crowd.open()
    stopping.join(PATIENCE_S)
    assert (len(receiver.received), sender.report()["pending"]) == (1, 2)
    assert {"webhook dispatcher", "webhook worker 0"} == set(own)
    assert not any(thread.is_alive() for thread in own.values())
    assert not sender.wait_idle(0.0)
    sender.start()
    assert sender.wait_idle(PATIENCE_S)
    assert [event["objectId"] for event in receiver.events] == [1, 2, 3]


def test_the_report_remembers_the_last_thousand_requests(
    receiver: Receiver, start: StartSender
) -> None:
    sender = start(max_events=1, concurrency=4)
    report = deliver(sender, [change(number) for number in range(1, 1_051)])
    assert report["deliveries"] == 1_050
    assert len(report["last"]) == 1_000
    assert {"number", "attempt", "is_copy", "events", "status", "error"} < set(
        report["last"][0]
    )
    json.dumps(report)
