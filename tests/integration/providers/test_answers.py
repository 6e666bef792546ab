"""One question is asked by one worker at a time, and its answer kept for all."""

from __future__ import annotations

import pytest
import redis

from app.events.vault import Vault
from workers.providers import answers
from workers.providers.answers import Answers


@pytest.fixture
def book(store: redis.Redis) -> Answers:
    return Answers(store, "7", "people_source", Vault())


def test_nobody_takes_a_question_that_another_one_has(book: Answers) -> None:
    assert ["ada", "bob"] == book.take(["ada", "bob"], lease_s=60)
    assert ["cyd"] == book.take(["bob", "cyd"], lease_s=60)


def test_a_question_is_not_taken_when_its_answer_has_just_come(book: Answers) -> None:
    book.take(["ada"], lease_s=60)
    book.keep({"ada": {"jobtitle": "CTO"}}, cache_s=60)

    assert [] == book.take(["ada"], lease_s=60)
    assert {} == book.taken(["ada"])
    assert {"ada": {"jobtitle": "CTO"}} == book.known(["ada"])


def test_a_worker_that_died_while_asking_holds_the_question_for_a_while_only(
    book: Answers, store: redis.Redis
) -> None:
    book.take(["ada"], lease_s=60)
    (lease,) = store.keys("*asking*")

    assert 0 < store.pttl(lease) <= 60_000
    store.delete(lease)
    assert ["ada"] == book.take(["ada"], lease_s=60)


def test_every_failure_makes_the_question_wait_longer(book: Answers) -> None:
    waits = []
    for _ in range(3):
        book.take(["ada"], lease_s=60)
        book.fail(["ada"])
        waits.append(book.taken(["ada"])["ada"])
        book.let_go(["ada"])

    first = answers.FIRST_DELAY_S
    assert [first, 2 * first, 4 * first] == pytest.approx(waits, rel=0.05)
    assert {"ada": 3} == book.tries(["ada"])


def test_an_answer_forgives_what_has_failed(book: Answers) -> None:
    book.fail(["ada"])
    book.keep({"ada": {}}, cache_s=60)

    assert {"ada": 0} == book.tries(["ada"])


def test_portals_and_providers_share_no_answers(
    book: Answers, store: redis.Redis
) -> None:
    book.keep({"ada": {"jobtitle": "CTO"}}, cache_s=60)

    assert {} == Answers(store, "8", "people_source", Vault()).known(["ada"])
    assert {} == Answers(store, "7", "other_source", Vault()).known(["ada"])


def test_an_answer_ends_when_it_is_no_longer_good(
    book: Answers, store: redis.Redis
) -> None:
    book.take(["ada"], lease_s=60)
    book.keep({"ada": {}}, cache_s=60)
    (name,) = store.keys("*answer*")

    assert 0 < store.pttl(name) <= 60_000
