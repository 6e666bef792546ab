"""The archive: what is kept, how much of it, and what is taken out again."""

from __future__ import annotations

import os
import time
import zlib

import pytest
import redis
from cryptography.fernet import Fernet

from app.events.archive import Archive, ArchiveOptions
from app.events.model import Event
from app.events.scripts import Scripts
from app.events.wire import parse
from tests.integration.events.conftest import PORTAL, MakeEvent

EVER = (0.0, 1e11)


def archive(store: redis.Redis, most: int = 10**7, keep_s: float = 60.0) -> Archive:
    return Archive(Scripts(store), ArchiveOptions(most, keep_s))


def ids(of: Archive, portal: str = PORTAL) -> list[str]:
    return [entry.delivery_id for entry in of.entries(portal, *EVER)]


def test_a_delivery_comes_back_portal_by_portal(
    store: redis.Redis, event: MakeEvent
) -> None:
    kept = archive(store)
    items = [event(501), event(502, portalId=33), *parse(b"[17]")]
    kept.keep("d1", items)

    assert items[:1] == kept.items(PORTAL, "d1")
    assert items[1:2] == kept.items("33", "d1")
    assert items[2:] == kept.items("0", "d1")
    assert [] == kept.items(PORTAL, "d2")


def test_an_archive_that_is_off_keeps_nothing(
    store: redis.Redis, event: MakeEvent
) -> None:
    archive(store, most=0).keep("d1", [event()])

    assert [] == store.keys("*")


def test_the_oldest_make_room_for_the_newest(
    store: redis.Redis, event: MakeEvent
) -> None:
    """With every way that led to them; and the limit is what the store really needs."""
    kept = archive(store, most=200_000)
    noise = [os.urandom(1_000).hex() for _ in range(200)]
    for n, value in enumerate(noise):
        kept.keep(f"d{n:03}", [event(n + 1, propertyValue=value), event(7)])

    left = ids(kept)
    assert [f"d{n:03}" for n in range(200 - len(left), 200)] == left
    assert set(left) == kept.of_contact(PORTAL, "7")
    assert set() == kept.of_contact(PORTAL, "1")
    taken = sum(store.memory_usage(key) or 0 for key in store.scan_iter("*"))
    assert 0.5 * taken < kept.size(PORTAL) < 2 * taken
    assert 200_000 >= kept.size(PORTAL)


def test_small_deliveries_are_counted_as_what_they_need(
    store: redis.Redis, event: MakeEvent
) -> None:
    kept = archive(store)
    for n in range(2_000):
        kept.keep(f"{n:019x}", [event(n + 1)])

    taken = sum(store.memory_usage(key, 0) or 0 for key in store.scan_iter("*"))
    assert 0.6 * taken < kept.size(PORTAL) < 1.7 * taken


def test_one_delivery_is_kept_however_large_it_is(
    store: redis.Redis, event: MakeEvent
) -> None:
    kept = archive(store, most=10)
    kept.keep("d1", [event()])
    kept.keep("d2", [event()])

    assert ["d2"] == ids(kept)


def test_what_is_too_old_is_gone(store: redis.Redis, event: MakeEvent) -> None:
    archive(store, keep_s=60).keep("d1", [event(501)])
    time.sleep(0.3)
    archive(store, keep_s=0.2).keep("d2", [event(502)])

    assert ["d2"] == ids(archive(store))
    assert set() == archive(store).of_contact(PORTAL, "501")
    assert [] == archive(store).items(PORTAL, "d1")


def test_every_key_of_an_idle_archive_expires(
    store: redis.Redis, event: MakeEvent
) -> None:
    archive(store, keep_s=60).keep("d1", [event(501)])

    assert {True} == {0 < store.pttl(key) <= 60_000 for key in store.scan_iter("*")}


def test_keeping_the_same_delivery_twice_keeps_it_once(
    store: redis.Redis, event: MakeEvent
) -> None:
    kept, items = archive(store), [event(501)]
    kept.keep("d1", items)
    size = kept.size(PORTAL)
    kept.keep("d1", items)

    assert (["d1"], size) == (ids(kept), kept.size(PORTAL))


def test_a_contact_is_taken_out_and_its_neighbours_stay(
    store: redis.Redis, event: MakeEvent
) -> None:
    kept = archive(store)
    merge = event(900, subscriptionType="contact.merge", mergedObjectIds=[501, 502])
    broken = parse(b'[{"portalId": 20000001, "objectId": 501, "x": "typed@"}]')[0]
    company = event(501, subscriptionType="company.creation")
    kept.keep("d1", [event(501, propertyValue="typed@example.org"), event(502)])
    kept.keep("d2", [event(503), merge, broken, company])
    kept.keep("d3", [event(501)])

    kept.forget(PORTAL, "501")

    left = {each: kept.items(PORTAL, each) for each in ids(kept)}
    assert ["502"] == [item.object_id for item in left["d1"] if isinstance(item, Event)]
    assert [event(503).object_id, "501"] == [
        item.object_id for item in left["d2"] if isinstance(item, Event)
    ]
    assert [] == left["d3"]
    assert set() == kept.of_contact(PORTAL, "501")
    bodies = store.hgetall(f"hk:{{{PORTAL}}}:archive_bodies").values()
    assert not any(b"typed@" in zlib.decompress(body) for body in bodies)


def test_the_bytes_add_up_after_forgetting(
    store: redis.Redis, event: MakeEvent
) -> None:
    """Or an archive that forgets would keep less and less."""
    kept = archive(store)
    for n in range(20):
        kept.keep(f"d{n}", [event(501), event(502), event(600 + n)])
    kept.forget(PORTAL, "501")
    kept.forget(PORTAL, "502")
    archive(store, most=1).keep("last", [event(1)])
    alone = archive(store).size(PORTAL)
    store.flushall()
    archive(store).keep("last", [event(1)])

    assert abs(alone - archive(store).size(PORTAL)) < 40


def test_bodies_are_sealed_on_the_way_in(store: redis.Redis, event: MakeEvent) -> None:
    box = Fernet(Fernet.generate_key())
    options = ArchiveOptions(10**7, 60)
    sealed = Archive(Scripts(store), options, box.encrypt, box.decrypt)
    sealed.keep("d1", [event(501), event(502)])
    sealed.forget(PORTAL, "501")

    (body,) = store.hgetall(f"hk:{{{PORTAL}}}:archive_bodies").values()
    with pytest.raises(zlib.error):
        zlib.decompress(body)
    (left,) = sealed.items(PORTAL, "d1")
    assert isinstance(left, Event)
    assert "502" == left.object_id
