"""Settings: every problem at once, and nothing secret on the screen."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from app import settings
from app.errors import ConfigError

README = Path(__file__).parents[2] / "README.md"


def test_every_problem_is_reported_at_once() -> None:
    environ = {
        "PORT": "http",
        "ACCEPTED_SIGNATURES": "v9",
        "PUBLIC_URL": "hooks.example",
    }

    with pytest.raises(ConfigError) as caught:
        settings.from_environ(environ, needs=("hubspot_client_secret",))

    for name in (*environ, "HUBSPOT_CLIENT_SECRET"):
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "http://:hush@localhost:6379"),
        ("REDIS_URL", "redis://:hush@localhost:six"),
        ("REDIS_URL", "redis://:hush@localhost:70000"),
        ("PORT", "0"),
        ("PORT", "65536"),
    ],
)
def test_a_wrong_address_is_one_line_that_tells_no_password(
    name: str, value: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        settings.from_environ({name: value})

    _, line = str(caught.value).splitlines()
    assert line.startswith(f"  {name}: ")
    assert "hush" not in line


@pytest.mark.parametrize("url", ["redis://store", "rediss://:hush@store:6380/1"])
def test_a_store_may_be_reached_in_three_ways(url: str) -> None:
    assert url == settings.from_environ({"REDIS_URL": url}).redis_url


@pytest.mark.parametrize("port", [1, 65_535])
def test_every_port_there_is_may_be_set(port: int) -> None:
    assert port == settings.from_environ({"PORT": str(port)}).port


def test_an_empty_variable_counts_as_not_set() -> None:
    assert settings.Settings() == settings.from_environ({"PORT": " ", "LEASE_S": ""})


def test_several_secrets_are_accepted_while_rotating() -> None:
    read = settings.from_environ({"HUBSPOT_CLIENT_SECRET": "new, old,"})

    assert ("new", "old") == read.hubspot_client_secret


def test_a_list_of_nothing_but_commas_is_a_missing_secret() -> None:
    with pytest.raises(ConfigError, match="HUBSPOT_CLIENT_SECRET"):
        settings.from_environ(
            {"HUBSPOT_CLIENT_SECRET": ","}, needs=("hubspot_client_secret",)
        )


def test_a_lease_must_outlive_a_call() -> None:
    with pytest.raises(
        ConfigError, match="LEASE_S: Must be longer than HTTP_TIMEOUT_S"
    ):
        settings.from_environ({"LEASE_S": "10", "HTTP_TIMEOUT_S": "10"})


def test_the_table_shows_no_secret() -> None:
    read = settings.from_environ(
        {"HUBSPOT_CLIENT_SECRET": "hush", "HUBSPOT_ACCESS_TOKEN": "pat-na1-hush"}
    )

    assert "hush" not in str(settings.table(read))


def test_the_readme_explains_every_setting() -> None:
    text = README.read_text()

    missing = [
        name
        for name in map(settings.variable, dataclasses.fields(settings.Settings))
        if f"`{name}`" not in text
    ]
    assert [] == missing
