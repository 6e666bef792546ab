"""The class of an error, and nothing else, says what happens next."""

from __future__ import annotations

import pytest

from app.errors import (
    Denied,
    GiveUp,
    HubSpotError,
    LeaseLost,
    Outdated,
    Refused,
    ServerBroken,
    Snooze,
    Stopped,
    StoreDown,
    Throttled,
    Unreachable,
    Verdict,
)
from app.events.illness import Kind
from workers.retry import (
    NOTHING_FOUND,
    PORTAL_ILL,
    Decision,
    Findings,
    decide,
    diagnose,
    is_suspect,
    rest_s,
)

DAILY = Throttled("429", status=429, sub_category="DAILY", retry_after=600)


def decided(
    error: Exception,
    attempts: int = 0,
    most: int = 12,
    findings: Findings = NOTHING_FOUND,
) -> Decision:
    return decide(error, attempts, most, lambda low, high: high, findings)


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
        (Stopped("told to"), Verdict.WAIT),
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


@pytest.mark.parametrize(
    "error",
    [Unreachable("reset"), ServerBroken("502"), Denied("401", status=401), DAILY],
)
def test_what_a_contact_of_an_ill_portal_met_is_not_held_against_it(
    error: Exception,
) -> None:
    decision = decided(error, attempts=1000, findings=PORTAL_ILL)

    assert (Verdict.WAIT, 0.0) == (decision.verdict, decision.delay_s)


@pytest.mark.parametrize("error", [Refused("400", status=400), ValueError("a bug")])
def test_what_is_a_contacts_own_trouble_stays_so_while_the_portal_is_ill(
    error: Exception,
) -> None:
    assert not is_suspect(error)
    assert decided(error) == decided(error, findings=PORTAL_ILL)


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (None, None),
        (Unreachable("reset"), Kind.OUTAGE),
        (ServerBroken("502", status=502), Kind.OUTAGE),
        (Denied("401", status=401), Kind.DENIED),
        (Denied("the token is of another portal"), Kind.DENIED),
        (DAILY, Kind.DAILY_LIMIT),
        (Throttled("429", status=429, retry_after=8), None),
        (Refused("404", status=404), None),
    ],
)
def test_the_answer_to_a_cheap_call_tells_what_a_portal_is_ill_with(
    problem: HubSpotError | None, kind: Kind | None
) -> None:
    assert kind is diagnose(problem)


def test_an_ill_portal_rests_longer_each_time_up_to_a_minute() -> None:
    rests = [rest_s(Kind.OUTAGE, n, 5, None) for n in (0, 1, 2, 3, 4, 5, 10**6)]

    assert [5, 10, 20, 40, 60, 60, 60] == rests


@pytest.mark.parametrize(
    ("midnight_s", "rest"), [(None, 600), (7200, 600), (120, 121), (0, 5)]
)
def test_a_daily_limit_is_over_at_midnight(
    midnight_s: float | None, rest: float
) -> None:
    assert rest == rest_s(Kind.DAILY_LIMIT, 3, 5, midnight_s)


def test_a_denied_call_waits_as_long_again_as_it_has_been_denied() -> None:
    findings = [Findings(denied_s=seconds) for seconds in (0, 30, 10**6)]

    delays = [decided(Denied("403"), findings=each).delay_s for each in findings]
    assert [5, 30, 600] == delays


def test_nobody_who_may_go_on_in_another_worker_waits() -> None:
    assert 0 == decided(Stopped("told to")).delay_s


def test_a_long_limit_holds_the_portal_and_not_each_contact() -> None:
    assert 60 == decided(Throttled("477", status=477, retry_after=600)).delay_s
    assert 600 == decided(Throttled("423", status=423, retry_after=600)).delay_s


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
