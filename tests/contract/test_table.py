"""Every row of the API table, through our client against the sandbox, over HTTP."""

from __future__ import annotations

import inspect
import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.sandbox.testing import Sandbox
from tests.contract import table
from tests.contract.row import VERSIONS, Row, Scene
from tests.contract.witness import Witness

README = Path(__file__).parents[2] / "README.md"
ROWS = list(table.rows())
VARIABLE = re.compile(r"\\{\w+\\}")
ARGUMENTS = re.compile(r"\([^()]*\)")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.family}: {row.what}")
def test_row(row: Row, version: str, sandbox: Sandbox, witness: Witness) -> None:
    """The client does it, by the endpoint that the table names."""
    with ExitStack() as house:
        row.prove(Scene(sandbox, version, house))
    method, _, path = row.endpoint_in(version).partition(" ")
    pattern = VARIABLE.sub("[^/]+", re.escape(path)) + "/?"
    done = {
        (each.method, bool(re.fullmatch(pattern, each.path)))
        for each in witness.exchanges
        if each.status < 400
    }
    assert (method, True) in done


def last_call(text: str) -> str:
    """Return the method that a chain of calls ends in."""
    while (shorter := ARGUMENTS.sub("", text)) != text:
        text = shorter
    return text.rpartition(".")[2]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.family}: {row.what}")
def test_table_names_the_call_that_its_proof_makes(row: Row) -> None:
    assert f".{last_call(row.client)}(" in inspect.getsource(row.prove)


def test_readme_holds_the_table() -> None:
    """It is printed by `python -m tests.contract.table`."""
    assert table.markdown() in README.read_text()
