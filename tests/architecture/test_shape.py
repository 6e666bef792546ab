"""The house rules that can be counted."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from app.events import keys, scripts

ROOT = Path(__file__).parents[2]
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "base"}


def modules() -> Iterator[Path]:
    for package in ("app", "workers"):
        yield from sorted((ROOT / package).rglob("*.py"))


def _first_statement(function: ast.FunctionDef) -> int:
    first = (
        function.body[1]
        if function.body[1:] and ast.get_docstring(function)
        else function.body[0]
    )
    return first.lineno


def test_a_module_can_be_read_in_one_go() -> None:
    lengths = {p: p.read_text().count("\n") for p in modules()}

    assert {} == {p: n for p, n in lengths.items() if n > LONGEST_MODULE}


def test_a_function_fits_on_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        # A signature and its docstring may be as long as what they explain.
        and (node.end_lineno or 0) - _first_statement(node) >= LONGEST_FUNCTION
    ]

    assert [] == long


def test_a_module_is_named_after_a_noun() -> None:
    assert [] == [p for p in modules() if p.stem in FORBIDDEN_NAMES]


def test_every_script_is_listed_and_every_listed_script_exists() -> None:
    files = {p.stem for p in (ROOT / "app/events/lua").glob("*.lua")} - {"prelude"}

    assert files == set(scripts.NAMES)


def test_every_key_that_a_script_builds_is_documented() -> None:
    text = keys.__doc__ or ""
    built = set()
    for path in (ROOT / "app/events/lua").glob("*.lua"):
        for piece in path.read_text().split("p .. '")[1:]:
            built.add(piece.partition("'")[0].rstrip(":"))

    assert {name for name in built if f"hk:{{P}}:{name}" not in text} == set()


def test_importing_an_action_loads_neither_celery_nor_flask() -> None:
    """An action is a pure function: testing one must not start a service."""
    code = (
        "import sys, workers.actions.tidy_name;"
        "print([m for m in ('celery', 'flask', 'redis') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )

    assert "[]" == done.stdout.strip()


def test_a_web_or_worker_process_loads_no_sandbox() -> None:
    code = (
        "import sys, app.cli.command, app.cli.serve;"
        "print([m for m in sys.modules if m.startswith('app.sandbox')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )

    assert "[]" == done.stdout.strip()
