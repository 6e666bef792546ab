"""A few seconds of fuzzing; `make fuzz` goes on for minutes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import redis

from app.cli import embedded
from tests.conftest import missing
from tests.fuzz import run
from tests.integration.web.conftest import start_web


def test_requests_of_all_sorts_never_break_the_door(store_url: str) -> None:
    answers = run.of_all_sorts(store_url, 300, number=1)

    assert 300 <= answers.total()
    assert {204, 400, 401} <= set(answers)


def test_requests_that_are_led_by_coverage_never_break_the_door(store_url: str) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("atheris has wheels for Linux only")
    if not run.can_be_led():
        missing("atheris")

    answers = run.led_by_coverage(store_url, 1_000, number=1)

    assert 1_000 == answers.total()
    assert {204, 400, 401} <= set(answers)


def test_odd_words_on_a_connection_never_break_the_server(
    tmp_path: Path, store_url: str, store: redis.Redis
) -> None:
    url, log = f"http://127.0.0.1:{embedded.free_port()}", tmp_path / "web.log"
    web = start_web(url, store_url, log)
    try:
        answers = run.over_the_wire(url, 300, number=1)
    finally:
        web.terminate()
        web.wait(timeout=20)

    assert {200, 400, 401} <= set(answers)
    assert "Traceback" not in log.read_text()
