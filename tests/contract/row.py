"""One row of the API table: a call, how our client makes it, and the proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property

from app.hubspot.client import HubSpot
from app.hubspot.credential import DeveloperKey
from app.hubspot.oauth import OAuth, OAuthApp
from app.hubspot.record import NewRecord
from app.hubspot.version import ApiVersion
from app.sandbox.testing import Control, Sandbox

VERSIONS = ("v3", "2026-09")
REDIRECT = "https://app.example/back"

# What the braces of an endpoint stand for in each generation.
# https://developers.hubspot.com/docs/developer-tooling/platform/versioning
BASES: Mapping[str, Mapping[str, str]] = {
    "v3": {
        "objects": "/crm/v3/objects",
        "links": "/crm/v4/objects",
        "associations": "/crm/v4/associations",
        "properties": "/crm/v3/properties",
        "owners": "/crm/v3/owners",
        "account": "/account-info/v3",
        "oauth": "/oauth/v3",
        "webhooks": "/webhooks/v3/{appId}",
        "installs": "/appinstalls/v3",
    },
    "2026-09": {
        "objects": "/crm/objects/2026-09",
        "links": "/crm/objects/2026-09",
        "associations": "/crm/associations/2026-09",
        "properties": "/crm/properties/2026-09",
        "owners": "/crm/owners/2026-09",
        "account": "/account-info/2026-09",
        "oauth": "/oauth/2026-09",
        "webhooks": "/app-webhooks/2026-09/{appId}",
        "installs": "/appinstalls/2026-09",
    },
}


@dataclass(frozen=True)
class Scene:
    """What a proof works with: the sandbox, and our client in one generation."""

    sandbox: Sandbox
    version: str
    house: ExitStack

    @property
    def control(self) -> Control:
        return self.sandbox.control

    @cached_property
    def hubspot(self) -> HubSpot:
        """The client of the private app that the sandbox knows."""
        return self.client(self.sandbox.config.token)

    @cached_property
    def developer(self) -> HubSpot:
        """The client of whoever manages the app."""
        config = self.sandbox.config
        return self.house.enter_context(
            HubSpot(
                self.sandbox.url,
                config.developer_key,
                config.portal_id,
                version=ApiVersion.of(self.version),
                credential=DeveloperKey,
            )
        )

    @cached_property
    def oauth(self) -> OAuth:
        """The way to tokens for the public app."""
        config = self.sandbox.config
        return OAuth(
            self.sandbox.url,
            OAuthApp(config.client_id, config.client_secret, REDIRECT),
            app_url=self.sandbox.url,
            version=ApiVersion.of(self.version),
        )

    def client(self, token: str) -> HubSpot:
        config = self.sandbox.config
        version = ApiVersion.of(self.version)
        return self.house.enter_context(
            HubSpot(self.sandbox.url, token, config.portal_id, version=version)
        )

    def contact(self, email: str = "ada@x.de", **properties: str) -> str:
        """Return the id of a new contact."""
        new = NewRecord({"email": email, **properties})
        return self.hubspot.objects("contacts").create(new).id

    def company(self, name: str = "Acme") -> str:
        """Return the id of a new company."""
        new = NewRecord({"name": name})
        return self.hubspot.objects("companies").create(new).id


Proof = Callable[[Scene], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One call.

    Attributes:
        family: under which heading it stands.
        what: what it does, in a few words.
        client: how our client makes it.
        endpoint: "POST {objects}/{type}/merge"; a path that begins with a slash is the
            same in both generations.
        prove: makes the call against the sandbox and looks what came of it.

    """

    family: str
    what: str
    client: str
    endpoint: str
    prove: Proof

    def endpoint_in(self, version: str) -> str:
        """Return the endpoint as it is in one generation."""
        text = self.endpoint
        for name, base in BASES[version].items():
            text = text.replace(f"{{{name}}}", base, 1)
        return text


class Table:
    """The rows of one heading, written down by their proofs."""

    def __init__(self, family: str) -> None:
        self._family = family
        self._rows: list[Row] = []

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def row(self, what: str, client: str, endpoint: str) -> Callable[[Proof], Proof]:
        """Add the decorated proof as a row."""

        def add(prove: Proof) -> Proof:
            self._rows.append(Row(self._family, what, client, endpoint, prove))
            return prove

        return add
