"""Rules: when they apply, and what is said about a document that is wrong."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from marshmallow import fields

from app.errors import ConfigError
from app.events.model import Event
from workers.action import Action
from workers.actions import Change, Contact, SetProperties, enricher
from workers.rules import Rule, RuleBook, document

ON = ("contact.creation", "contact.propertyChange:email")


@enricher(
    on=ON, reads=("email",), parameters={"greeting": fields.String(required=True)}
)
def greet(contact: Contact, events: Sequence[Event], greeting: str) -> Iterator[Change]:
    yield SetProperties(message=f"{greeting} {contact['email']}")


@enricher(on=ON, reads=(), default=False)
def rest(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
    yield from ()


ACTIONS: Sequence[Action] = (greet, rest)
ADA = Contact("501", {"email": "ada@b.de", "lifecyclestage": "lead", "city": None})


def rule(text: str, *, parameters: str = 'greeting = "Hi"') -> Rule:
    (read,) = document.parse(
        f'[[rule]]\nname = "r"\naction = "test_rules.greet"\n{text}\n'
        f"[rule.parameters]\n{parameters}",
        ACTIONS,
    )
    return read


def event(kind: str = "contact.creation", **more: str) -> Event:
    values = {"portal_id": "1", "object_id": "501", "key": "k", **more}
    return Event(kind, occurred_at=1.0, **values)


def test_a_rule_is_its_action_with_parameters() -> None:
    assert [SetProperties(message="Hi ada@b.de")] == list(rule("")(ADA, [event()]))


@pytest.mark.parametrize(
    ("when", "applies"),
    [
        ('lifecyclestage = {equals = "LEAD"}', True),
        ('lifecyclestage = {equals = "customer"}', False),
        ('lifecyclestage = {in = ["customer", "lead"]}', True),
        ('email = {matches = "@b\\\\.de$"}', True),
        ('email = {matches = "@c"}', False),
        ("city = {empty = true}", True),
        ("email = {empty = true}", False),
        ('source = {in = ["FORM"]}', True),
        ('source = {equals = "IMPORT"}', False),
        ('email = {changed_to = "ada@b.de"}', True),
        ('email = {changed_to = "bob@b.de"}', False),
        ('email = {matches = "ada"}, lifecyclestage = {equals = "customer"}', False),
    ],
)
def test_a_rule_applies_when_all_its_conditions_hold(when: str, applies: bool) -> None:
    ruled = rule(f"when = {{ {when} }}")
    change = event(
        "contact.propertyChange",
        property_name="email",
        property_value="ada@b.de",
        change_source="FORM",
    )

    assert applies is not bool(ruled.objection(ADA, [change]))
    assert applies is bool(list(ruled(ADA, [change])))


def test_conditions_are_read_along_with_what_the_action_reads() -> None:
    ruled = rule('when = { city = {empty = true}, source = {equals = "FORM"} }')

    assert ("email", "city") == ruled.reads


def test_where_a_change_came_from_is_read_from_the_history() -> None:
    ruled = rule('when = { lifecyclestage = {changed_from = "lead"} }')
    change = event("contact.propertyChange", property_name="lifecyclestage")
    past = {"history:lifecyclestage": ("customer", "lead", "subscriber")}
    moved = Contact("501", ADA.properties, past)
    other = Contact("501", ADA.properties, {"history:lifecyclestage": ("lead",)})

    assert ("history:lifecyclestage",) == ruled.looks_up
    assert not ruled.objection(moved, [change])
    assert ruled.objection(other, [change])
    assert ruled.objection(moved, [event()])


def test_a_rule_may_name_triggers_and_portals_of_its_own() -> None:
    ruled = rule('on = ["contact.propertyChange:phone"]\nportals = ["1"]')
    phone = {"property_name": "phone"}

    assert ruled.wants(event("contact.propertyChange", **phone))
    assert not ruled.wants(event("contact.propertyChange", portal_id="2", **phone))
    assert not ruled.wants(event())


def test_a_rollout_is_for_its_share_and_always_for_the_same() -> None:
    ruled = rule("rollout = 25")
    chosen = [n for n in range(4_000) if ruled.is_for(str(n))]

    assert 0.2 < len(chosen) / 4_000 < 0.3
    assert chosen == [n for n in range(4_000) if rule("rollout = 25").is_for(str(n))]
    assert not any(rule("rollout = 0").is_for(str(n)) for n in range(100))


WRONG = """\
[[rule]]
name = "a"
action = "test_rules.rest"
rollout = 101

[[rule]]
name = "b"
action = "no_such"

[[rule]]
name = "c"
action = "test_rules.rest"
on = ["contact.birthday"]

[[rule]]
name = "c"
action = "test_rules.greet"
[rule.when]
email = { resembles = "x" }
city = { matches = "(" }
[rule.parameters]
shout = true
"""


def test_all_problems_are_said_at_once_with_their_lines() -> None:
    with pytest.raises(document.RulesError) as caught:
        document.parse(WRONG, ACTIONS)

    said = {(each.line, each.what.split(":")[0]) for each in caught.value.problems}
    assert said == {
        (4, "rollout"),
        (8, "no action 'no_such'; is its module in ACTION_MODULES?"),
        (13, "on"),
        (16, "there are two rules called 'c'"),
        (19, "when"),
        (20, "when"),
        (22, "parameters"),
        (15, "parameters"),
    }


def only_problem(text: str) -> str:
    with pytest.raises(document.RulesError) as caught:
        document.parse(f'[[rule]]\nname = "r"\n{text}', ACTIONS)
    (problem,) = caught.value.problems
    return problem.what


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("dryrun = true", "dryrun: there is no such field; did you mean dry_run?"),
        (
            "[rule.parameters]\ncolour = 1",
            "parameters: colour: there is no such field; there are none",
        ),
    ],
)
def test_a_field_that_is_not_there_is_answered_with_what_is(
    text: str, answer: str
) -> None:
    assert answer == only_problem(f'action = "test_rules.rest"\n{text}')


def test_a_misspelt_action_is_answered_with_the_nearest_names() -> None:
    assert (
        "no action 'test_rules.gret'; did you mean test_rules.greet or test_rules.rest?"
        " is its module in ACTION_MODULES?"
    ) == only_problem('action = "test_rules.gret"')


def test_at_most_three_actions_are_suggested_and_each_once() -> None:
    @enricher(on=ON, reads=())
    def plain(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        yield from ()

    names = ("tidy_a", "tidy_b", "tidy_c", "tidy_d")
    many = [dataclasses.replace(plain, name=f"{name}.{name}") for name in names]

    with pytest.raises(document.RulesError) as caught:
        document.parse('[[rule]]\nname = "r"\naction = "tidy_e"', many)

    suggested = re.findall(r"tidy_[a-d]", caught.value.problems[0].what)
    assert (3, 3) == (len(suggested), len(set(suggested)))


@pytest.mark.parametrize("trigger", ["contact.birthday", "contact.creation:email"])
def test_a_bad_trigger_is_named_along_with_those_there_are(trigger: str) -> None:
    said = only_problem(f'action = "test_rules.rest"\non = ["{trigger}"]')

    assert f"'{trigger}' is no trigger" in said
    assert "contact.creation, " in said
    assert "contact.propertyChange[:name]" in said


@pytest.mark.parametrize(
    "text", ["[[rule]", "rule = 1", "[rule]\nname = 'x'", "speed = 9", "# later"]
)
def test_what_is_no_rule_document_is_refused_in_words(text: str) -> None:
    with pytest.raises(document.RulesError, match="line 1: "):
        document.parse(text, ACTIONS)


def test_without_a_file_every_default_action_is_taken() -> None:
    @enricher(on=ON, reads=())
    def plain(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        yield from ()

    assert ["test_rules.plain"] == [r.name for r in RuleBook([plain, rest]).rules]


def test_a_default_action_that_needs_parameters_is_refused_in_words() -> None:
    with pytest.raises(
        ConfigError, match=r"greet .* parameter greeting: .*load_default"
    ):
        RuleBook([greet])


def test_a_changed_file_takes_effect_and_a_bad_one_does_not(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('[[rule]]\nname = "first"\naction = "test_rules.rest"')
    book = RuleBook(ACTIONS, file)

    file.write_text('[[rule]]\nname = "the second"\naction = "test_rules.rest"')
    book.refresh()
    assert ["the second"] == [r.name for r in book.rules]

    file.write_text("[[rule]]\nname = 'the third, and bad'")
    book.refresh()
    assert ["the second"] == [r.name for r in book.rules]

    file.write_text("")
    book.refresh()
    assert ["the second"] == [r.name for r in book.rules]

    file.unlink()
    book.refresh()
    assert ["the second"] == [r.name for r in book.rules]


def test_a_bad_file_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        RuleBook(ACTIONS, tmp_path / "missing.toml")
