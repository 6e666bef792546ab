"""Watching a real store: what is told, to whom, and how often."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import redis

from app import services
from app.errors import StoreDown
from app.events import keys
from app.services import Services
from app.settings import Settings
from app.watch import dispatch, rule
from app.watch.channel import Undelivered, Webhook
from app.watch.message import Message
from app.watch.register import Page, Register
from app.watch.rule import Rules
from app.watch.watch import Watch
from tests.integration.watch.conftest import Town
from tests.integration.watch.receiver import SECRET_PATH, Receiver

PORTAL = "20000001"


@pytest.fixture
def quick(settings: Settings) -> Rules:
    """The rules of the settings, but a calm is over, and time has passed, at once."""
    found = rule.rules(settings)
    for name, each in found.items():
        found[name] = dataclasses.replace(each, calm_s=0)
    for name in (rule.NOBODY_WORKS, rule.PAUSED):
        found[name] = dataclasses.replace(found[name], steps=(0.0, 3600.0))
    return found


@pytest.fixture
def watch(town: Town, quick: Rules) -> Callable[[], None]:
    """Look once and tell."""
    watching = Watch(town.services, quick)

    def look() -> None:
        watching.look()
        watching.tell()

    return look


def ticking(store: redis.Redis) -> None:
    """Be a worker that looks for due work."""
    store.set(keys.TICKER, "somebody", ex=60)


def test_a_dead_letter_is_told_once_and_its_replay_is_well_again(
    town: Town, watch: Callable[[], None], receiver: Receiver, store: redis.Redis
) -> None:
    ticking(store)
    town.bury(PORTAL)
    watch()
    watch()
    (post,) = receiver.posts

    assert ("dead-letters", "alarm", [PORTAL], 1, 1) == (
        post["alert"],
        post["status"],
        post["portals"],
        post["value"],
        post["threshold"],
    )
    assert "portal 20000001: 1 dead letter (alert from 1 on)" in post["text"]
    assert f"`hubkeeper dead list --portal {PORTAL}`" in post["text"]
    assert post["text"].endswith("https://wiki.example/runbook#dead-letters")

    town.replay(PORTAL)
    watch()  # it is calm
    watch()  # and has been
    watch()
    assert ["alarm", "well"] == [post["status"] for post in receiver.posts]
    assert (
        "well again: portal 20000001: dead letters: over after"
        in (receiver.texts()[-1])
    )


def test_nobody_is_told_of_a_contacts_data(
    town: Town, watch: Callable[[], None], receiver: Receiver
) -> None:
    town.bury(PORTAL)
    town.services.throttle.pause(
        PORTAL,
        3600,
        "401: ada@example.com\n<!channel> +49 30 90 18 20 pat-na1-hush-1234",
    )
    watch()

    told = "\n".join(receiver.texts())
    assert "stands still for another" in told
    assert "401: ***@*** &lt;!channel&gt; ***" in told
    assert [] == [word for word in ("ada@", "90 18", "hush-") if word in told]


def test_growing_trouble_is_told_at_its_steps(
    town: Town, watch: Callable[[], None], receiver: Receiver
) -> None:
    for _ in range(12):
        town.bury(PORTAL)
        watch()

    told = [post for post in receiver.posts if post["alert"] == "dead-letters"]
    assert [1, 2, 5, 10] == [post["value"] for post in told]
    assert ["alarm", "worse", "worse", "worse"] == [post["status"] for post in told]


def test_many_portals_with_the_same_trouble_share_a_message(
    town: Town, watch: Callable[[], None], receiver: Receiver
) -> None:
    for portal in range(40):
        town.bury(str(portal), 1 + (portal == 7))
    watch()

    (post,) = receiver.posts
    assert 40 == len(post["portals"])
    assert "dead letters in 40 portals. portal 7: 2 dead letters; " in post["text"]
    assert "and 35 more" in post["text"]


def test_watchers_that_look_at_the_same_time_send_one_message(
    town: Town, settings: Settings, quick: Rules, receiver: Receiver
) -> None:
    town.bury(PORTAL, 5)
    together = threading.Barrier(4)

    def look() -> None:
        mine = Watch(services.connect(settings), quick)
        for _ in range(5):
            together.wait(10)
            mine.look()
            mine.tell()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ["alarm"] == [post["status"] for post in receiver.posts]


def test_watchers_take_turns(town: Town, settings: Settings, quick: Rules) -> None:
    first = Watch(town.services, quick)
    second = Watch(services.connect(settings), quick)

    assert (True, False, False) == (
        first.take_turn(),
        second.take_turn(),
        first.take_turn(),
    )


def test_who_can_tell_nobody_looks_only_if_nobody_else_does(
    town: Town, quick: Rules, store: redis.Redis
) -> None:
    dumb, speaking = Watch(town.services, quick, []), Watch(town.services, quick)
    assert dumb.take_turn()  # nobody ever did

    store.delete(keys.LOOK)
    assert not dumb.take_turn()
    assert speaking.take_turn()


def test_a_standstill_is_told_at_once_and_its_lag_is_not(
    town: Town, watch: Callable[[], None], receiver: Receiver, store: redis.Redis
) -> None:
    ticking(store)
    town.wait(PORTAL)
    store.zadd(keys.of(PORTAL, "live"), {"501": 1}, xx=True)
    town.services.throttle.pause(PORTAL, 3000, "HubSpot refuses the token")
    watch()

    (post,) = receiver.posts
    assert ("paused", "alarm") == (post["alert"], post["status"])
    assert "stands still for another 50 min: HubSpot refuses the token" in post["text"]


@pytest.mark.parametrize("lane", ["live", "bulk", "suspect", "leased"])
def test_whatever_is_overdue_is_told(
    lane: str,
    town: Town,
    watch: Callable[[], None],
    receiver: Receiver,
    store: redis.Redis,
) -> None:
    ticking(store)
    town.wait(PORTAL)
    store.zrem(keys.of(PORTAL, "live"), "501")
    an_hour_ago = (time.time() - 3600) * 1000
    store.zadd(keys.of(PORTAL, lane), {"501": an_hour_ago, "502": an_hour_ago * 2})
    watch()

    (post,) = receiver.posts
    assert ("lag", [PORTAL]) == (post["alert"], post["portals"])
    assert 3600 == pytest.approx(post["value"], abs=30)


def test_what_waits_on_purpose_is_not_overdue(
    town: Town, watch: Callable[[], None], receiver: Receiver, store: redis.Redis
) -> None:
    ticking(store)
    town.fail(PORTAL, 3)
    town.wait(PORTAL)
    watch()

    assert [] == receiver.posts


def test_dead_workers_are_noticed_while_work_is_due(
    town: Town, watch: Callable[[], None], receiver: Receiver, store: redis.Redis
) -> None:
    watch()
    assert [] == receiver.posts  # nobody works, and nobody needs to

    town.wait(PORTAL)
    watch()
    (post,) = receiver.posts
    assert ("nobody-works", []) == (post["alert"], post["portals"])

    ticking(store)
    watch()
    watch()
    assert ["alarm", "well"] == [post["status"] for post in receiver.posts]


def test_a_ticker_that_is_slow_is_no_dead_worker(
    town: Town, watch: Callable[[], None], receiver: Receiver
) -> None:
    """With thousands of portals a ticker rests longer than its key lives."""
    watch()
    town.settle(PORTAL, 1)
    town.wait(PORTAL)
    watch()

    assert [] == receiver.posts


@pytest.fixture
def small(store: redis.Redis) -> Iterator[Callable[[float], None]]:
    """Give the store a limit of which a share is used already."""

    def limit(share: float) -> None:
        used = int(store.info("memory")["used_memory"])
        store.config_set("maxmemory", int(used / share))

    yield limit
    store.config_set("maxmemory", 0)


def test_a_store_that_fills_up_is_told_before_it_is_full(
    town: Town,
    watch: Callable[[], None],
    receiver: Receiver,
    small: Callable[[float], None],
) -> None:
    watch()
    assert [] == receiver.posts  # without a limit

    small(0.8)
    watch()
    (post,) = receiver.posts
    assert ("store-memory", 0.75) == (post["alert"], post["threshold"])
    assert 0.8 == pytest.approx(post["value"], abs=0.04)


def test_a_share_of_failures_is_told(
    town: Town, watch: Callable[[], None], receiver: Receiver, store: redis.Redis
) -> None:
    ticking(store)
    town.fail(PORTAL, 500)
    watch()
    assert [] == receiver.posts  # what was before the first look is no news

    town.settle(PORTAL, 40)
    town.fail(PORTAL, 9)
    watch()
    assert [] == receiver.posts  # a handful is no trend

    town.fail(PORTAL, 1)
    watch()
    (post,) = receiver.posts
    assert ("errors", 0.2) == (post["alert"], post["value"])
    assert "10 of 50 contacts failed within 5 min (20%)" in post["text"]


def test_a_backlog_is_told_before_deliveries_are_refused(
    town: Town, settings: Settings, receiver: Receiver, store: redis.Redis
) -> None:
    ticking(store)
    small = dataclasses.replace(settings, max_waiting_events=100)
    watching = Watch(services.connect(small))
    town.wait(PORTAL, 49)
    watching.look()
    town.wait(PORTAL, 1)
    watching.look()
    watching.tell()

    (post,) = receiver.posts
    assert ("backlog", 0.5) == (post["alert"], post["value"])
    assert "50 events wait; above 100 deliveries are refused" in post["text"]


def test_what_is_not_delivered_is_tried_again_and_blocks_nobody(
    town: Town, watch: Callable[[], None], receiver: Receiver
) -> None:
    receiver.answers = [500]
    town.bury(PORTAL)
    watch()
    watch()
    assert 1 == len(receiver.posts)  # it is not tried at every look

    due_now(town.services)
    watch()
    first, again = receiver.posts
    assert first == again  # the same id too
    assert {} == Register(town.services.store).read().posts


def test_what_cannot_be_delivered_for_an_hour_is_given_up(
    town: Town, watch: Callable[[], None], receiver: Receiver
) -> None:
    receiver.answers = [404] * 100
    town.bury(PORTAL)
    watch()
    for _ in range(5):
        due_now(town.services)
        watch()
    assert 6 == len(receiver.posts)

    due_now(town.services, older_s=3600)
    watch()
    assert {} == Register(town.services.store).read().posts


def due_now(at: Services, older_s: float = 0) -> None:
    """Let time pass for what waits to be sent."""

    def change(page: Page) -> Page:
        posts = {
            id_: dataclasses.replace(post, due=0.0, at=post.at - older_s)
            for id_, post in page.posts.items()
        }
        return dataclasses.replace(page, posts=posts)

    assert Register(at.store).change(change)


class Deadly(Webhook):
    """The process dies right after it has sent a message."""

    def send(self, message: Message, id_: str) -> str:
        super().send(message, id_)
        raise SystemExit


def test_a_crash_between_sending_and_noting_repeats_a_message_once(
    town: Town, receiver: Receiver
) -> None:
    town.bury(PORTAL)
    dying = Watch(town.services, ways=[Deadly(receiver.url)])
    dying.look()

    for _ in range(5):
        try:
            dying.tell()
        except SystemExit:
            due_now(town.services)

    assert 2 == len(receiver.posts)
    assert receiver.posts[0] == receiver.posts[1]
    assert {} == Register(town.services.store).read().posts


def test_while_somebody_sends_a_message_others_leave_it_alone(
    town: Town, settings: Settings, quick: Rules, receiver: Receiver
) -> None:
    town.bury(PORTAL)
    dying = Watch(town.services, quick, [Deadly(receiver.url)])
    dying.look()
    with pytest.raises(SystemExit):
        dying.tell()

    Watch(services.connect(settings), quick).tell()

    assert 1 == len(receiver.posts)


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answers = [307]

    with pytest.raises(Undelivered, match="ALERT_URL answered 307"):
        Webhook(receiver.url).send(Message("hello", "test", "well"), "1")
    assert [SECRET_PATH] == receiver.paths


def test_a_failure_names_no_secret_url() -> None:
    with pytest.raises(Undelivered) as caught:
        Webhook(f"http://127.0.0.1:9{SECRET_PATH}").send(Message("", "", ""), "1")

    assert "ALERT_URL: ConnectionError" == str(caught.value)
    assert caught.value.__suppress_context__


def test_a_storm_of_messages_is_held_back_and_told_later(
    town: Town, quick: Rules, receiver: Receiver
) -> None:
    """Portal after portal, so that no two share a message."""
    watching = Watch(town.services, quick)
    for portal in range(30):
        town.bury(str(portal))
        watching.look()
        watching.tell()

    *single, notice = receiver.posts
    assert 19 == len(single)
    assert "held-back" == notice["alert"]
    assert "1 more wait" in notice["text"]

    an_hour_passes(town.services)
    watching.look()
    watching.tell()
    (last,) = receiver.posts[20:]
    assert {str(portal) for portal in range(19, 30)} == set(last["portals"])


def an_hour_passes(at: Services) -> None:
    def change(page: Page) -> Page:
        return dataclasses.replace(page, budget=type(page.budget)())

    assert Register(at.store).change(change)


def test_thousands_of_portals_cost_a_few_round_trips(
    town: Town, watch: Callable[[], None], store: redis.Redis
) -> None:
    pipe = store.pipeline(transaction=False)
    for portal in range(3000):
        pipe.sadd(keys.PORTALS, str(portal))
        pipe.hset(keys.of(str(portal), "counts"), mapping={"serial": 1, "rounds": 2})
    pipe.execute()
    watch()

    def reads() -> int:
        return int(store.info("stats")["total_reads_processed"])

    before = reads()
    watch()

    # Twelve pipelines of some tens of kilobytes, which arrive in pieces.
    assert reads() - before < 300


def test_a_store_that_is_away_is_said_to_be(settings: Settings) -> None:
    nowhere = dataclasses.replace(settings, redis_url="redis://127.0.0.1:9/0")

    with pytest.raises(StoreDown):
        Watch(services.connect(nowhere)).take_turn()


def test_what_is_written_by_a_later_version_is_read(
    town: Town, watch: Callable[[], None], receiver: Receiver, store: redis.Redis
) -> None:
    town.bury(PORTAL)
    watch()
    name = f"alert dead-letters {PORTAL}"
    text = store.hget(keys.ALERTS, name)
    store.hset(keys.ALERTS, name, text[:-1] + b',"colour":"red"}')
    store.hset(keys.ALERTS, "alert sunspots 7", text)
    watch()

    assert 1 == len(receiver.posts)


def test_posts_of_one_look_go_out_in_their_order() -> None:
    ways = [Webhook("http://127.0.0.1:9")]
    told = [Message(str(number), "lag", "alarm") for number in range(20)]

    posts = dispatch.posts_of(told, ways, 1e9)

    ranked = sorted(posts.values(), key=lambda post: post.at)
    assert told == [post.message for post in ranked]
