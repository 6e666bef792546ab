"""A real web process with a store that a test may take away."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest
import redis
import requests

from app.cli import embedded, stack
from app.events.books import Books, Law
from app.events.scripts import Scripts
from app.hubspot import signature

SECRETS = ("new-secret", "old-secret")
PORTAL = 20000001
PATH = "/webhooks/hubspot"


@dataclass(slots=True)
class Door:
    """The web process as HubSpot sees it, and the books behind it."""

    url: str
    store: redis.Redis
    session: requests.Session = field(default_factory=requests.Session)

    def send(
        self,
        body: object,
        *,
        secret: str = SECRETS[0],
        target: str = PATH,
        headers: dict[str, str] | None = None,
        timestamp_ms: int | None = None,
    ) -> requests.Response:
        """Deliver a body the way HubSpot does; bytes go out as they are."""
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        stamp = str(timestamp_ms or int(time.time() * 1000))
        signed = {
            "Content-Type": "application/json",
            "X-HubSpot-Request-Timestamp": stamp,
            "X-HubSpot-Signature-v3": signature.sign_v3(
                secret, "POST", self.url + target, raw, stamp
            ),
        }
        if headers is not None:
            signed = headers
        return self.session.post(
            self.url + target, data=raw, headers=signed, timeout=10
        )

    def law(self, portal: int = PORTAL) -> Law:
        """The conservation law as it stands."""
        return Books(Scripts(self.store)).law(str(portal))


def event(**fields: object) -> dict[str, object]:
    """One classic event; give it an eventId to make it different from others."""
    return {
        "eventId": 1,
        "subscriptionId": 7,
        "portalId": PORTAL,
        "appId": 11,
        "occurredAt": 1_795_166_400_123,
        "subscriptionType": "contact.creation",
        "attemptNumber": 0,
        "objectId": 106651134132,
        "changeSource": "CRM_UI",
        **fields,
    }


# Becomes the command that follows, with fewer files than it is used to.
WITH_FILES = """
import os, resource, sys
most = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
os.execv(sys.argv[2], sys.argv[2:])
"""


def start_web(
    url: str, store_url: str, log: Path, *, files: int = 0, **settings: str
) -> subprocess.Popen[bytes]:
    """Start `hubkeeper web`, perhaps with few files, and wait until it listens."""
    command = [sys.executable, "-m", "app.cli", "web"]
    if files:
        command = [sys.executable, "-c", WITH_FILES, str(files), *command]
    environ = {
        **os.environ,
        "HUBSPOT_CLIENT_SECRET": ",".join(SECRETS),
        "HUBSPOT_APP_ID": "11",
        "REDIS_URL": store_url,
        "PORT": url.rpartition(":")[2],
        "PUBLIC_URL": url,
        **settings,
    }
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            env=environ,
            stderr=out,
            stdout=out,
        )
    deadline = time.monotonic() + 30
    while not stack.answers(f"{url}/health"):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return process


@pytest.fixture(scope="session")
def web_url(store_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url = f"http://127.0.0.1:{embedded.free_port()}"
    log = tmp_path_factory.mktemp("web") / "web.log"
    process = start_web(
        url, store_url, log, MAX_BODY_BYTES="1000000", DOOR_TIMEOUT_S="2"
    )
    yield url
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture
def door(web_url: str, store: redis.Redis) -> Door:
    return Door(web_url, store)
