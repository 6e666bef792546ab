"""The class of an error, and nothing else, says what happens next."""

from __future__ import annotations

import pytest

from app.errors import (
    Denied,
    GiveUp,
    LeaseLost,
    Outdated,
    Refused,
    ServerBroken,
    Snooze,
    StoreDown,
    Throttled,
    Unreachable,
    Verdict,
)
from workers.retry import Decision, decide


def decided(error: Exception, attempts: int = 0, most: int = 12) -> Decision:
    return decide(error, attempts, most, lambda low, high: high)


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (Unreachable("reset"), Verdict.RETRY),
        (ServerBroken("502", status=502), Verdict.RETRY),
        (Outdated("company gone"), Verdict.RETRY),
        (ValueError("a bug"), Verdict.RETRY),
        (Throttled("429", status=429, retry_after=8), Verdict.WAIT),
        (Snooze(30), Verdict.WAIT),
        (StoreDown("away"), Verdict.WAIT),
        (Denied("401", status=401), Verdict.PAUSE),
        (Refused("400", status=400), Verdict.BURY),
        (GiveUp("hopeless"), Verdict.BURY),
        (LeaseLost("501"), Verdict.DROP),
    ],
)
def test_every_error_has_its_verdict(error: Exception, verdict: Verdict) -> None:
    assert verdict is decided(error).verdict


def test_the_delay_grows_and_has_an_end() -> None:
    delays = [decided(Unreachable("x"), n, most=99).delay_s for n in (0, 1, 2, 30)]

    assert [5, 10, 20, 3600] == delays


def test_jitter_spreads_those_who_failed_together() -> None:
    spread = decide(Unreachable("x"), 3, 12, lambda low, high: low).delay_s

    assert 20 == spread


@pytest.mark.parametrize("attempts", [0, 5, 1000])
def test_waiting_for_hubspot_never_buries_a_contact(attempts: int) -> None:
    assert Verdict.WAIT is decided(Throttled("429", retry_after=8), attempts).verdict
    assert Verdict.PAUSE is decided(Denied("401"), attempts).verdict


def test_the_last_attempt_buries_with_the_error_in_words() -> None:
    decision = decided(ServerBroken("HubSpot answered 500"), attempts=11)

    assert (Verdict.BURY, "attempts") == (decision.verdict, decision.reason)
    assert "HubSpot answered 500" == decision.error


def test_a_bug_is_buried_after_three_tries_with_file_and_line() -> None:
    try:
        {}["nothing"]
    except KeyError as error:
        bug = error

    assert Verdict.RETRY is decided(bug, attempts=1).verdict
    decision = decided(bug, attempts=2)
    assert (Verdict.BURY, "bug") == (decision.verdict, decision.reason)
    assert "test_retry.py" in decision.detail


def test_a_limit_is_waited_for_as_long_as_hubspot_says() -> None:
    assert 8 == decided(Throttled("429", retry_after=8)).delay_s
    assert 30 == decided(Snooze(30)).delay_s


@pytest.mark.parametrize("seconds", [1e300, 10**400])
def test_nobody_snoozes_for_more_than_a_week(seconds: float) -> None:
    assert 7 * 24 * 3600 == decided(Snooze(seconds)).delay_s


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -float("inf"), "5"])
def test_a_snooze_of_no_length_is_a_bug(seconds: float) -> None:
    assert Verdict.RETRY is decided(Snooze(seconds)).verdict
    decision = decided(Snooze(seconds), attempts=2)
    assert (Verdict.BURY, "bug") == (decision.verdict, decision.reason)


def test_words_that_cannot_be_stored_are_made_storable() -> None:
    assert "no ?" == decided(GiveUp("no \ud800")).error
    bug = decided(ValueError("no \ud800"), attempts=2)
    assert "no ?" == bug.error
    assert bug.detail.encode()


def test_what_hubspot_said_about_it_is_kept() -> None:
    refused = Refused("no", category="CONFLICT", correlation_id="a-b")

    decision = decided(refused)

    assert ("Refused", "CONFLICT", "a-b", "") == (
        decision.error_class,
        decision.category,
        decision.correlation_id,
        decision.location,
    )


def test_an_error_of_the_users_own_may_look_like_hubspots() -> None:
    class OwnError(Exception):
        category = 7
        correlation_id = None

    decision = decided(OwnError("oops"), attempts=2)

    assert ("OwnError", "", "") == (
        decision.error_class,
        decision.category,
        decision.correlation_id,
    )
