"""The registry: fixed order, unique names, clear words about what does not import."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from marshmallow import fields

from app.errors import ConfigError
from app.events.model import Event
from workers import registry
from workers.action import STAGES
from workers.actions import Change, Contact, SetProperties, enricher


def shout(contact: Contact, events: object) -> Iterator[Change]:
    yield SetProperties(firstname=contact["firstname"].upper())


@pytest.fixture
def module() -> Iterator[types.ModuleType]:
    """A module of the user's own."""
    made = types.ModuleType("their_actions")
    sys.modules[made.__name__] = made
    yield made
    del sys.modules[made.__name__]


def event(kind: str, name: str = "") -> Event:
    return Event(kind, "1", "501", 0.0, "key", property_name=name)


def test_the_shipped_actions_enrich_first_then_associate_then_pin() -> None:
    stages = [action.stage for action in registry.discover()]

    assert sorted(stages, key=STAGES.index) == stages
    assert set(STAGES) == set(stages)


def test_an_action_of_the_users_own_is_found(module: types.ModuleType) -> None:
    module.shout = enricher(on=["contact.creation"], reads=["firstname"])(shout)  # type: ignore[attr-defined]

    found = registry.discover(extra=["their_actions"])

    assert any(action.name.endswith(".shout") for action in found)


def test_an_installed_package_brings_its_actions_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "their_package.py").write_text(
        "from workers.actions import enricher\n"
        "@enricher(on=['contact.creation'], reads=[])\n"
        "def installed(contact, events):\n    yield from ()\n"
    )
    info = tmp_path / "theirs-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: theirs\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[hubkeeper.actions]\nx = their_package\n")
    monkeypatch.syspath_prepend(tmp_path)

    names = [action.name for action in registry.discover()]

    assert "their_package.installed" in names


def test_two_actions_of_one_name_are_refused(module: types.ModuleType) -> None:
    module.first = enricher(on=["contact.creation"], reads=[])(shout)  # type: ignore[attr-defined]
    module.second = enricher(on=["contact.creation"], reads=[])(shout)  # type: ignore[attr-defined]

    with pytest.raises(ConfigError, match="two actions are called"):
        registry.discover(extra=["their_actions"])


def test_a_module_that_is_not_there_is_told_where_it_is_looked_for() -> None:
    with pytest.raises(ConfigError, match=r"no_such_module.* on the PYTHONPATH"):
        registry.discover(extra=["no_such_module"])


def test_a_module_that_fails_is_told_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "with_a_slip.py").write_text(
        "from workers.actions import enricher\n\n"
        "@enricher(on=('contact.creation'), reads=())\n"
        "def slip(contact, events):\n    yield from ()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ConfigError) as caught:
        registry.discover(extra=["with_a_slip"])

    assert "with_a_slip.py:3)" in str(caught.value)
    assert 'on=("contact.creation",)' in str(caught.value)


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"on": ["contact.create"]}, "'contact.create' is no trigger; there are"),
        ({"on": ["object.creation"]}, "come as contact.*"),
        ({"on": ["contact.creation"], "reads": "email"}, 'reads=("email",)'),
        ({"on": ["contact.creation"], "looks_up": "deals"}, 'looks_up=("deals",)'),
        (
            {"on": ["contact.creation"], "parameters": {"loud": fields.Boolean()}},
            "shout is called as shout(contact, events, loud=...)",
        ),
    ],
)
def test_what_could_never_work_is_refused_where_it_is_declared(
    declared: dict[str, Any], words: str
) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        enricher(**{"reads": (), **declared})(shout)

    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "name", "wanted"),
    [
        ("contact.creation", "", True),
        ("contact.propertyChange", "email", True),
        ("contact.propertyChange", "phone", False),
        ("contact.deletion", "", False),
    ],
)
def test_an_action_wants_its_triggers_only(kind: str, name: str, wanted: bool) -> None:
    on = ["contact.creation", "contact.propertyChange:email"]
    action = enricher(on=on, reads=[])(shout)

    assert wanted is action.wants(event(kind, name))


def test_a_property_that_was_not_read_is_named() -> None:
    with pytest.raises(KeyError, match=r"add it to the action's reads"):
        Contact("501", {"email": None})["phone"]
