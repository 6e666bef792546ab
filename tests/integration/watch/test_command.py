"""`hubkeeper alerts`, and what the doctor says of them."""

from __future__ import annotations

import dataclasses

import pytest
import redis
from click.testing import CliRunner, Result

from app import services
from app.cli import alerts as command
from app.cli.alerts import alerts
from app.errors import HubkeeperError
from app.settings import Settings
from app.watch.watch import Watch
from tests.integration.watch.conftest import MailServer, Town
from tests.integration.watch.receiver import Receiver

PORTAL = "20000001"


def run(settings: Settings, *words: str, **environ: str) -> Result:
    told = {
        "REDIS_URL": settings.redis_url,
        "ALERT_URL": settings.alert_url,
        **environ,
    }
    return CliRunner().invoke(alerts, words, env=told)


def test_it_says_what_is_alarming_and_since_when(
    town: Town, settings: Settings
) -> None:
    assert run(settings).output.splitlines() == [
        "nothing is alarming",
        "nobody has looked yet; every web process and every worker does",
    ]

    town.bury(PORTAL, 3)
    Watch(town.services).look()
    first, second = run(settings).output.splitlines()
    assert first.startswith(f"dead-letters  portal {PORTAL}: 3 dead letters, since 20")
    assert "messages not delivered yet: 1; the log says why" == second


def test_it_says_that_nobody_watches_and_that_nobody_is_told(
    town: Town, settings: Settings, store: redis.Redis
) -> None:
    Watch(town.services).look()
    store.hset("hk:alerts", "looked_at", "1000000000.0")

    told = run(dataclasses.replace(settings, alert_url="")).output

    assert "nobody has looked for " in told
    assert command.NO_CHANNEL in told


def test_what_is_held_back_is_shown(town: Town, settings: Settings) -> None:
    watching = Watch(town.services)
    for portal in range(21):
        town.bury(str(portal))
        watching.look()

    lines = run(settings).output.splitlines()

    assert 21 == sum(line.startswith("dead-letters") for line in lines)
    assert 2 == sum(line.endswith(", held back") for line in lines)


def test_a_test_message_goes_through_every_channel(
    settings: Settings, receiver: Receiver, mail_server: MailServer
) -> None:
    mail = {
        "SMTP_URL": f"smtp://{mail_server.address}",
        "ALERT_EMAIL": "ada@example.com",
    }

    told = run(settings, "test", **mail)

    assert 0 == told.exit_code
    assert told.output.splitlines() == [
        "ok     webhook: ALERT_URL answered 200",
        "ok     e-mail: the mail server took it for 1 of 1",
    ]
    assert "test" == receiver.posts[0]["alert"]
    assert "this is a test" in mail_server.mails[0]


def test_a_test_that_fails_says_why(settings: Settings, receiver: Receiver) -> None:
    receiver.answers = [403]

    told = run(settings, "test")

    assert (1, "WRONG  webhook: ALERT_URL answered 403\n") == (
        told.exit_code,
        told.output,
    )


def test_a_test_without_a_channel_says_what_to_set(settings: Settings) -> None:
    told = run(dataclasses.replace(settings, alert_url=""), "test")

    assert isinstance(told.exception, HubkeeperError)
    assert "set ALERT_URL" in str(told.exception)


@pytest.mark.parametrize("limit", [0, 2**30])
def test_the_doctor_hears_of_channels_and_of_a_store_without_a_limit(
    town: Town, settings: Settings, store: redis.Redis, limit: int
) -> None:
    store.config_set("maxmemory", limit)
    try:
        told = dict(command.examine(town.services))
        silent = services.connect(dataclasses.replace(settings, alert_url=""))
        untold = dict(command.examine(silent))
    finally:
        store.config_set("maxmemory", 0)

    assert "none is open; told by webhook" == told["alerts"]
    assert f"none is open; {command.NO_CHANNEL}" == untold["alerts"]
    assert ("store memory" in told) == (limit == 0)
