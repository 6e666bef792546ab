"""Policies as pure functions, and the forms of values."""

from __future__ import annotations

import datetime

import pytest

from workers.changes import (
    AddSecondaryEmail,
    Associate,
    AssociateCompany,
    Change,
    Dissociate,
    Forward,
    LogActivity,
    MergeDuplicates,
    PinActivity,
    PinLatest,
    Policy,
    SetPrimaryCompany,
    SetProperties,
    Unpin,
    UpsertRecord,
)
from workers.plan import Plan
from workers.values import Definition, Unfit, fitted, same
from workers.wish import Standing, Wish, as_text, outcome

OURS, TYPED, NOTHING = Standing("a"), Standing("a", typed=True), Standing("")
OLD, YOUNG = Standing("a", set_at=10.0), Standing("a", set_at=30.0)


@pytest.mark.parametrize(
    ("policy", "standing", "expected"),
    [
        (Policy.OVERWRITE, TYPED, "b"),
        (Policy.IF_EMPTY, OURS, "a"),
        (Policy.IF_EMPTY, NOTHING, "b"),
        (Policy.NOT_OVER_PEOPLE, OURS, "b"),
        (Policy.NOT_OVER_PEOPLE, TYPED, "a"),
        (Policy.NOT_OVER_PEOPLE, Standing("", typed=True), ""),
        (Policy.IF_NEWER, OLD, "b"),
        (Policy.IF_NEWER, YOUNG, "a"),
    ],
)
def test_a_policy_decides_what_may_be_replaced(
    policy: Policy, standing: Standing, expected: str
) -> None:
    assert expected == outcome([Wish("b", policy, as_of=20.0)], standing).value


def test_the_later_wish_wins_and_sees_what_the_earlier_one_left() -> None:
    assert "c" == outcome([Wish("b"), Wish("c")], OURS).value
    assert "b" == outcome([Wish("b"), Wish("c", Policy.IF_EMPTY)], NOTHING).value


def test_what_is_put_back_for_a_person_counts_as_typed() -> None:
    put_back = Wish("typed", typed=True)

    kept = outcome([put_back, Wish("b", Policy.NOT_OVER_PEOPLE)], OURS)

    assert "typed" == kept.value


def test_taking_apart_and_putting_together_later_wins() -> None:
    plan = Plan()
    for change in (
        Associate("deals", "1"),
        Dissociate("deals", "1"),
        Dissociate("deals", "2"),
        Associate("deals", "2"),
    ):
        plan.add(change)

    assert ({("deals", "2"): {""}}, {("deals", "1")}) == (plan.links, plan.cuts)


def test_unpinning_undoes_earlier_pinning_but_not_if_it_depends() -> None:
    for unpin, kept in ((Unpin(), None), (Unpin(if_closed=True), PinLatest())):
        plan = Plan()
        plan.add(PinLatest())
        plan.add(unpin)

        assert kept == plan.pin


@pytest.mark.parametrize("rubbish", ["text", None, 7, object(), SetProperties])
def test_rubbish_is_refused_by_name(rubbish: object) -> None:
    with pytest.raises(TypeError, match="no change"):
        Plan().add(rubbish)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        LogActivity("letters", "k", {}),
        LogActivity("notes", "k", {"hs_note_body": 7}),  # type: ignore[dict-item]
        PinLatest(kinds=("letters",)),
        PinLatest(otherwise=LogActivity("letters", "k", {})),
        PinActivity("notes", "abc"),
        PinLatest(order="urgent"),
        PinLatest(policy="any"),  # type: ignore[arg-type]
        Unpin(policy="any"),  # type: ignore[arg-type]
        Associate("deals", ""),
        Associate("no such/type", "1"),
        Dissociate("deals", 7),  # type: ignore[arg-type]
        UpsertRecord("deals", "n", "1", {"amount": 7}),  # type: ignore[dict-item]
        SetPrimaryCompany("acme.de"),
        MergeDuplicates("ada"),
        AssociateCompany(" "),
        AssociateCompany("Acme GmbH"),
        AssociateCompany(None),  # type: ignore[arg-type]
        AddSecondaryEmail("ada"),
        Forward("https://example.com", {"when": object()}),
    ],
)
def test_a_change_that_would_spoil_its_batch_is_refused(change: Change) -> None:
    with pytest.raises((ValueError, TypeError, AttributeError)):
        Plan().add(change)


def test_a_domain_has_one_spelling() -> None:
    plan = Plan()
    plan.add(AssociateCompany(" Acme.COM"))

    assert plan.company == AssociateCompany("acme.com")


def test_a_value_no_property_can_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot hold list"):
        Plan().add(SetProperties(city=["Berlin"]))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x", "x"),
        (None, ""),
        (True, "true"),
        (3, "3"),
        (datetime.date(2026, 11, 20), "2026-11-20"),
        (datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC), "1795132800000"),
        (datetime.datetime(2026, 11, 20), "1795132800000"),
    ],
)
def test_python_values_become_text(value: object, expected: str) -> None:
    assert expected == as_text(value)


LEVELS = Definition("enumeration", options={"1": "Low", "2": "High"})
COLOURS = Definition("enumeration", multiple=True, options={"r": "Red", "g": "Green"})


@pytest.mark.parametrize(
    ("definition", "value", "expected"),
    [
        (Definition("string"), "  x ", "  x "),
        (Definition("number"), "1,200.50", "1200.5"),
        (Definition("number"), "0007", "7"),
        (Definition("number"), "12345678901234567890", "12345678901234567890"),
        (Definition("bool"), "Yes", "true"),
        (Definition("date"), "1795132800000", "2026-11-20"),
        (Definition("date"), "2026-11-20T23:30:00-02:00", "2026-11-21"),
        (Definition("datetime"), "2026-11-20", "2026-11-20T00:00:00.000Z"),
        (LEVELS, "high", "2"),
        (LEVELS, "1", "1"),
        (COLOURS, "Red;g", "r;g"),
        (COLOURS, ";Green", ";g"),
        (COLOURS, " Red; ;red", "r"),
        (Definition("phone_number"), "+49 30 901820", "+49 30 901820"),
        (Definition("enumeration"), "any owner", "any owner"),
        (LEVELS, "", ""),
    ],
)
def test_a_value_takes_the_form_of_its_type(
    definition: Definition, value: str, expected: str
) -> None:
    form = fitted(definition, value)

    assert expected == form
    assert form == fitted(definition, form)


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        (Definition("string", writable=False), "x"),
        (Definition("string"), "x" * 65_537),
        (Definition("number"), "many"),
        (Definition("number"), "nan"),
        (Definition("number"), "9" * 5_000),
        (Definition("number"), "1e999"),
        (Definition("datetime"), "0001-01-01T00:00:00+14:00"),
        (Definition("bool"), "maybe"),
        (Definition("date"), "soon"),
        (LEVELS, "Medium"),
        (COLOURS, "r;Blue"),
    ],
)
def test_what_does_not_fit_is_refused(definition: Definition, value: str) -> None:
    with pytest.raises(Unfit):
        fitted(definition, value)


@pytest.mark.parametrize(
    ("form", "now", "nothing_to_do"),
    [
        ("g;r", "r;g", True),
        ("r", "r;g", False),
        (";r", "r;g", True),
        (";g", "r", False),
        ("", "r", False),
    ],
)
def test_several_options_are_the_same_in_any_order(
    form: str, now: str, nothing_to_do: bool
) -> None:
    assert nothing_to_do is same(COLOURS, form, now)
