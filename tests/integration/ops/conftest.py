"""The web application with a token, on a real store in which things died."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import redis
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import services
from app.events.letter import Burial
from app.settings import Settings
from app.web import create_app
from tests.integration.repair.conftest import Ward, connect

TOKEN = "a-token-of-many-characters"
PORTAL = "20000001"
EMAIL = "ada.lovelace@example.org"
CHANGE = {
    "subscriptionType": "contact.propertyChange",
    "propertyName": "email",
    "propertyValue": EMAIL,
}
REFUSED = Burial(
    "",
    "refused",
    f"(400) <script>alert(1)</script> {EMAIL} is no valid address",
    detail=f"Traceback: {EMAIL}",
    error_class="Refused",
    category="VALIDATION_ERROR",
)


def settings_of(url: str, **more: object) -> Settings:
    given: dict[str, object] = {"redis_url": url, "linger_s": 0, "ops_token": TOKEN}
    given |= {"hubspot_client_secret": ("a-secret",), **more}
    return Settings(**given)  # type: ignore[arg-type]


@pytest.fixture
def client_with(store: redis.Redis, store_url: str) -> Callable[..., FlaskClient]:
    def make(**settings: object) -> FlaskClient:
        door = services.open_door(settings_of(store_url, **settings))
        return create_app(door).test_client()

    return make


@pytest.fixture
def client(client_with: Callable[..., FlaskClient]) -> FlaskClient:
    return client_with()


@pytest.fixture
def ward(store: redis.Redis) -> Ward:
    return Ward(connect(store), store)


@pytest.fixture
def dead(ward: Ward) -> str:
    """Let a change of an e-mail address die; return the letter's id."""
    ward.tell(501, **CHANGE)
    ward.die(burial=REFUSED)
    return ward.letters()[0].id


class Program:
    """Somebody who uses the API."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {TOKEN}", "X-Operator": "ada\t desk"}

    def __call__(self, method: str, path: str, body: object = None) -> TestResponse:
        url = f"/ops/api{path}"
        told = {} if body is None else {"json": body}
        return self.client.open(
            url, method=method, headers=self.headers, buffered=True, **told
        )


@pytest.fixture
def api(client: FlaskClient) -> Program:
    return Program(client)


class Person:
    """Somebody who uses the pages."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        form = {"token": TOKEN, "name": "Ada"}
        self.entered = client.post("/ops/login", data=form)

    def sees(self, path: str, **conditions: str) -> str:
        answer = self.client.get(f"/ops{path}", query_string=conditions)
        assert 200 == answer.status_code, answer.text
        return answer.text

    def does(self, path: str, page: str = "/", **form: str) -> TestResponse:
        """Send a form as the page that holds it would."""
        found = re.search(r'name="csrf" value="(\w+)"', self.sees(page))
        assert found
        return self.client.post(f"/ops{path}", data={"csrf": found[1], **form})


@pytest.fixture
def person(client: FlaskClient) -> Person:
    return Person(client)
