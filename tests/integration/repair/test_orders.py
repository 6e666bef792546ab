"""Orders: carried out once, by whoever is there, and told how each letter ended."""

from __future__ import annotations

import dataclasses
from itertools import count

import pytest
import redis

from app.events import keys
from app.events.letter import Burial
from app.repair.audit import Audit
from app.repair.filter import Filter, Unclear
from app.repair.order import DISCARD, DONE, REPLAY, RUNNING, SETTLING, STOPPED, Order
from app.repair.orders import Orders
from app.repair.recovery import replay_after_recovery
from tests.content import content
from tests.integration.crash.accident import (
    Accident,
    KilledError,
    Trip,
    TrippingStore,
)
from tests.integration.repair.conftest import ME, PORTAL, Ward, connect

OTHER = "30000003"


def is_moved(order: Order) -> bool:
    return order.state == SETTLING


def is_over(order: Order) -> bool:
    return not order.is_active


def test_a_replay_tells_how_many_settled_and_how_many_died_again(ward: Ward) -> None:
    ward.bury(*range(1, 41))
    order = ward.carry_out(ward.order(), is_moved)
    assert (40, 40, 0) == (order.letters, order.events, order.settled)
    assert 40 == order.open

    claim = ward.services.inbox.claim(PORTAL, "now", 10)
    ward.services.inbox.settle(
        claim, [(c.contact_id, "written") for c in claim.contacts]
    )
    ward.die()
    order = ward.carry_out(order, is_over)

    assert (DONE, 10, 30, 0) == (order.state, order.settled, order.died, order.open)
    ward.check()


def test_only_what_is_meant_is_moved(ward: Ward) -> None:
    ward.bury(1, 2, burial=Burial("", "bug", "oops", error_class="KeyError"))
    ward.bury(3, 4, 5)
    ward.bury(6, portal=OTHER)

    order = ward.carry_out(ward.order(errors=("KeyError",)), is_moved)

    assert 2 == order.letters
    assert {"3", "4", "5"} == {letter.contact_id for letter in ward.letters()}
    assert 1 == ward.services.dead.count(OTHER)


def test_a_letter_that_dies_again_has_its_story_and_is_left_alone(ward: Ward) -> None:
    ward.bury(501)
    order = ward.carry_out(ward.order(), is_moved)
    ward.die(burial=Burial("", "bug", "now this", error_class="KeyError"))
    order = ward.carry_out(order, is_over)

    (letter,) = ward.letters()
    assert (1, 1, DONE) == (order.letters, order.died, order.state)
    assert 1 == letter.replays
    assert ("refused", "Refused", "not valid") == (
        letter.earlier[0].reason,
        letter.earlier[0].error_class,
        letter.earlier[0].error,
    )

    ward.carry_out(ward.order(), is_moved)
    ward.die()
    (letter,) = ward.letters()
    assert (2, ["refused", "bug"]) == (
        letter.replays,
        [death.reason for death in letter.earlier],
    )


def test_the_story_ends_when_the_contact_is_well(ward: Ward) -> None:
    ward.bury(501)
    ward.carry_out(ward.order(), is_moved)
    ward.settle()

    ward.bury(501)

    (letter,) = ward.letters()
    assert (0, ()) == (letter.replays, letter.earlier)
    assert not ward.store.exists(keys.of(PORTAL, "replayed:501"))


def test_what_is_replayed_behind_a_workers_back_ends_with_the_next_round(
    ward: Ward,
) -> None:
    ward.bury(501)
    ward.tell(501)
    in_hand = ward.services.inbox.claim(PORTAL, "busy", 10)
    order = ward.carry_out(ward.order(), is_moved)

    ward.services.inbox.settle(in_hand, [("501", "written")])
    assert 1 == ward.orders.get(PORTAL, order.id).open

    ward.settle()
    assert 1 == ward.orders.get(PORTAL, order.id).settled


def test_letters_of_a_merged_contact_end_at_the_survivor(ward: Ward) -> None:
    ward.bury(501)
    order = ward.carry_out(ward.order(), is_moved)
    ward.tell(777)
    claim = ward.services.inbox.claim(PORTAL, "merge", 1)
    ward.services.inbox.reaim(claim, ["501"], "777")

    ward.services.inbox.settle(claim, [("777", "written")])
    assert 1 == ward.orders.get(PORTAL, order.id).open
    ward.settle()

    assert 1 == ward.orders.get(PORTAL, order.id).settled
    assert not ward.store.exists(keys.of(PORTAL, "replayed:501"))
    ward.check()


def test_a_privacy_deletion_leaves_nothing_of_a_replayed_letter(ward: Ward) -> None:
    secret = Burial("", "refused", "ada@example.com is taken")
    ward.bury(501, burial=secret)
    order = ward.carry_out(ward.order(text="ada@example.com"), is_moved)
    claim = ward.services.inbox.claim(PORTAL, "gdpr", 10)

    ward.services.inbox.forget(claim, "501")
    ward.services.inbox.settle(claim, [("501", "forgotten")])
    ward.carry_out(order, is_over)

    kept = {key: content(ward.store, key) for key in ward.store.scan_iter()}
    assert any(b"***@***" in text for text in kept.values())
    assert [] == [key for key, text in kept.items() if b"ada@example.com" in text]
    ward.check()


def test_a_stopped_order_stays_where_it_is(ward: Ward) -> None:
    ward.bury(*range(1, 21))
    order = ward.carry_out(ward.order(rate=10), lambda o: o.letters > 0)

    stopped = ward.orders.stop(PORTAL, order.id, "bob@desk")
    for _ in range(5):
        ward.orders.step(PORTAL)

    assert STOPPED == stopped.state
    assert stopped.letters == ward.orders.get(PORTAL, order.id).letters < 20
    assert 20 - stopped.letters == len(ward.letters())
    with pytest.raises(Unclear, match=f"order {order.id} is stopped"):
        ward.orders.stop(PORTAL, order.id, ME)
    with pytest.raises(LookupError, match="no order 99"):
        ward.orders.stop(PORTAL, "99", ME)


def test_the_rate_is_kept(ward: Ward) -> None:
    """On the store's clock: never more letters than the time that has passed allows."""
    ward.bury(*range(1, 31))
    order = ward.order(rate=40)

    while True:
        ward.orders.step(PORTAL)
        now = ward.orders.get(PORTAL, order.id)
        seconds, micros = ward.store.time()
        passed = seconds + micros / 1e6 - order.placed_at
        assert now.letters <= 1 + 40 * passed
        if now.state != RUNNING:
            break

    assert 30 == now.letters


def test_a_replay_does_not_fill_the_inbox(store: redis.Redis) -> None:
    ward = Ward(connect(store, max_waiting_events=20), store)
    ward.bury(*range(1, 16))
    ward.tell(900)
    for contact in range(901, 911):
        ward.tell(contact)
    order = ward.order()

    ward.orders.step(PORTAL)
    waits = ward.orders.get(PORTAL, order.id)
    assert (0, "11 events wait already; it goes on below 10") == (
        waits.letters,
        waits.remark,
    )

    ward.settle()
    store.hset(keys.of(PORTAL, f"order:{order.id}"), "next_at", 0)
    assert 0 < ward.carry_out(order, lambda o: o.letters > 0).letters


@pytest.mark.parametrize("verb", [REPLAY, DISCARD])
@pytest.mark.parametrize("accident", [Accident.KILLED_BEFORE, Accident.KILLED_AFTER])
def test_whoever_dies_at_any_call_of_a_step_is_followed_by_another(
    ward: Ward, accident: Accident, verb: str, store_url: str
) -> None:
    """And nothing is moved twice, left out, or miscounted."""
    for at in count(1):
        ward.store.flushall()
        ward.bury(*range(1, 9))
        ward.tell("odd one")
        order = ward.order(verb)
        trip = Trip(at, accident)
        tripping = TrippingStore.from_url(store_url)
        tripping.trip = trip
        victim = Orders(connect(tripping))
        trip.calls = 0
        try:
            for _ in range(4):
                victim.step(PORTAL)
        except KilledError:
            ward.store.delete(keys.of(PORTAL, "order_turn"))  # as it does by itself
        finally:
            tripping.close()
        ward.carry_out(order, lambda o: o.state != RUNNING)
        ward.settle()
        ended = ward.carry_out(order, is_over)

        odd = 1 if verb == DISCARD else 0
        assert (8 + odd, 8 + odd) == (ended.letters, ended.events)
        assert (0 if verb == DISCARD else 8) == ended.settled
        assert 1 - odd == ended.failed == len(ward.letters())
        counts = ward.services.books.counts(PORTAL)
        moved = counts["discarded"] if verb == DISCARD else counts["replayed"]
        assert 8 + odd == moved
        ward.check()
        if not trip.happened:
            assert at > 8
            return


def test_two_that_step_at_once_have_one_turn(ward: Ward) -> None:
    ward.bury(1)
    order = ward.order()
    ward.store.set(keys.of(PORTAL, "order_turn"), "somebody else")

    ward.orders.step(PORTAL)

    assert 0 == ward.orders.get(PORTAL, order.id).letters


def test_orders_of_a_portal_come_one_after_the_other(ward: Ward) -> None:
    ward.bury(*range(1, 5))
    first = ward.order(rate=1e-3)
    second = ward.order(DISCARD)
    for _ in range(5):
        ward.orders.step(PORTAL)
    assert (1, 0) == tuple(
        ward.orders.get(PORTAL, order.id).letters for order in (first, second)
    )

    ward.orders.stop(PORTAL, first.id, ME)

    assert 3 == ward.carry_out(second, is_over).letters


def test_when_all_is_done_nobody_looks_at_the_portal_any_more(ward: Ward) -> None:
    ward.bury(1)
    order = ward.order(DISCARD)
    assert [PORTAL] == ward.orders.portals()
    ward.carry_out(order, is_over)

    ward.orders.step(PORTAL)

    assert [] == ward.orders.portals()


def test_the_newest_hundred_orders_are_kept(ward: Ward) -> None:
    for _ in range(103):
        ward.orders.stop(PORTAL, ward.order().id, ME)

    assert 100 == len(ward.orders.all(PORTAL))
    assert 100 == len(list(ward.store.scan_iter(keys.of(PORTAL, "order:*"))))


@pytest.mark.parametrize(
    ("filter_", "everything", "rate", "said"),
    [
        (Filter(portal=PORTAL), False, 1.0, "say --all"),
        (Filter(portal=PORTAL, text="x"), True, 1.0, "the filter says"),
        (Filter(text="x"), False, 1.0, "one portal"),
        (Filter(portal=PORTAL, text="x"), False, 0.0, "above 0"),
        (Filter(portal=PORTAL, text="x"), False, float("inf"), "above 0"),
    ],
)
def test_what_could_mean_too_much_is_refused(
    ward: Ward, filter_: Filter, everything: bool, rate: float, said: str
) -> None:
    with pytest.raises(Unclear, match=said):
        ward.orders.place(REPLAY, filter_, ME, rate=rate, everything=everything)


def test_the_audit_says_who_did_what_and_how_it_went(ward: Ward) -> None:
    ward.bury(1, 2)
    filter_ = Filter(portal=PORTAL, text="not valid")
    order = ward.orders.place(
        DISCARD, filter_, ME, rate=1e6, reason="a test", planned=2
    )
    ward.carry_out(order, is_over)

    done, placed = Audit(ward.services).latest(PORTAL)
    assert (ME, "discard", 2) == (placed.who, placed.what, placed.letters)
    assert "a test" in placed.note
    assert "text not valid" in placed.which
    assert ("discard done", 2, 2) == (done.what, done.letters, done.events)


def test_what_died_of_an_outage_is_replayed_when_it_is_over(ward: Ward) -> None:
    outage = Burial("", "attempts", "502", error_class="ServerBroken")
    ward.bury(1, burial=outage)
    since = ward.letters()[0].buried_at + 0.001
    while ward.letters()[-1].buried_at < since:  # the store counts milliseconds
        ward.bury(2, burial=outage)
    ward.bury(3, burial=dataclasses.replace(outage, error_class="Denied"))
    ward.bury(4)
    meant = {x.contact_id for x in ward.letters() if x.buried_at >= since} - {"4"}

    order = replay_after_recovery(ward.services, PORTAL, since)

    assert order is not None
    before = len(ward.letters())
    order = ward.carry_out(order, is_moved)
    assert "hubkeeper" == order.who
    assert before - order.letters == len(ward.letters())
    assert "1" in {letter.contact_id for letter in ward.letters()}
    assert meant == {"2", "3"}


def test_an_outage_of_which_nothing_died_needs_no_order(ward: Ward) -> None:
    ward.bury(1)

    assert None is replay_after_recovery(ward.services, PORTAL, 0.0)
    assert [] == ward.orders.all(PORTAL)
