"""Rules at work: the README's own action, a dry run, and a change of mind."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import Service, start

ROOT = Path(__file__).parents[2]


def readme_block(heading: str, language: str) -> str:
    """Return the first block of code under a heading of the README."""
    section = (ROOT / "README.md").read_text().partition(f"\n## {heading}\n")[2]
    block = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert block, f"the README shows no {language} under {heading!r}"
    return block[1]


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rules") / "rules.toml"


@pytest.fixture(scope="module")
def service(rules: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the README's action and the README's rules."""
    modules = tmp_path_factory.mktemp("modules")
    example = readme_block("An action of your own", "python")
    (modules / "job_titles.py").write_text(example)
    rules.write_text(readme_block("Rules", "toml"))
    path = os.pathsep.join([str(modules), os.environ.get("PYTHONPATH", "")])
    with start(
        tmp_path_factory.mktemp("service"),
        ACTION_MODULES="job_titles",
        PYTHONPATH=path.rstrip(os.pathsep),
        RULES_FILE=str(rules),
    ) as running:
        yield running


def test_the_readmes_action_changes_a_contact(service: Service) -> None:
    (ada,) = service.create({"email": "ada@gmail.com", "jobtitle": "CTO"})
    service.until_quiet()

    assert "Chief Technology Officer" == service.contact(ada)["jobtitle"]


def test_a_dry_run_says_what_it_would_do_and_does_nothing(service: Service) -> None:
    (bob,) = service.create({"email": "bob@trockenlauf-pumpen.de", "firstname": "BOB"})
    service.until_quiet()

    assert not service.contact(bob)["associatedcompanyid"]
    plans = service.command("rules", "plans")
    assert bob in plans
    assert "trockenlauf-pumpen.de" in plans


def test_explain_says_which_rule_applies_and_why_another_does_not(
    service: Service,
) -> None:
    (cyd,) = service.create({"email": "cyd@gmail.com", "phone": "030 901820"})
    service.until_quiet()

    told = service.command("rules", "explain", cyd)

    assert re.search(r"no +tidy phones of Germany: not so: country", told)
    assert re.search(r"yes +spell out job titles", told)


def test_a_changed_file_takes_effect_without_a_restart_and_a_bad_one_does_not(
    service: Service, rules: Path
) -> None:
    before = rules.read_text()
    try:
        rules.write_text('[[rule]]\nname = "names"\naction = "tidy_name"\n')
        (dan,) = service.create({"email": "dan@gmail.com", "firstname": "DAN"})
        service.until_quiet()
        assert "Dan" == service.contact(dan)["firstname"]

        rules.write_text("[[rule]]\nname = 1")
        (eve,) = service.create({"email": "eve@gmail.com", "firstname": "EVE"})
        service.until_quiet()
        assert "Eve" == service.contact(eve)["firstname"]
    finally:
        rules.write_text(before)


def test_rules_that_are_wrong_are_refused_with_their_lines(
    service: Service, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('[[rule]]\nname = "x"\naction = "tidy_nmae"\n')

    told = service.command("rules", "check", str(bad), check=False)

    assert "line 3: no action 'tidy_nmae'" in told
