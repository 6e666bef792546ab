"""The part of the control plane about the app: its installation and its tokens."""

from __future__ import annotations

from typing import Any

from app.sandbox.control_endpoint import Answer, Endpoint, Json, body
from app.sandbox.crm.portal import Portal
from app.sandbox.developer_app import DeveloperApp
from app.sandbox.oauth_token import ACCESS_TOKEN_LIFE_S

CONSENTS = ("grant", "deny", "ask")


class AppControl:
    """What people do about the app in the account, and what time does to its tokens."""

    def __init__(self, app: DeveloperApp, portal: Portal) -> None:
        self._app = app
        self._portal = portal

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the calls about the app."""
        scopes: Json = {"type": "array", "items": {"type": "string"}}
        overlap: Json = {"type": "number", "minimum": 0}
        people: dict[str, Json] = {
            "consent": {"type": "string", "enum": list(CONSENTS)},
            "account_is_active": {"type": "boolean"},
        }
        return (
            Endpoint("GET", "/app", self.app),
            Endpoint("PUT", "/app", self.put_app, people, example={"consent": "ask"}),
            Endpoint(
                "POST",
                "/app/install",
                self.install,
                {"scopes": scopes},
                example={"scopes": ["crm.objects.contacts.read"]},
            ),
            Endpoint("POST", "/app/uninstall", self.uninstall),
            Endpoint("POST", "/app/expire-tokens", self.expire_tokens),
            Endpoint(
                "POST",
                "/app/rotate-token",
                self.rotate_token,
                {"overlap_s": overlap},
                example={"overlap_s": 604_800},
            ),
        )

    def app(self) -> Answer:
        """Answer the app's ids, and what people say when it asks for access."""
        return {
            "app_id": self._app.config.app_id,
            "client_id": self._app.config.client_id,
            "consent": self._app.consent,
            "account_is_active": self._app.account_is_active,
        }

    def put_app(self) -> Answer:
        """Say what people answer the app, and whether the account is active."""
        wanted = body()
        consent = wanted.pop("consent", self._app.consent)
        active = wanted.pop("account_is_active", self._app.account_is_active)
        if wanted:
            raise ValueError(f"of the app nobody decides {', '.join(sorted(wanted))}")
        if consent not in CONSENTS:
            raise ValueError(f"consent is one of {', '.join(CONSENTS)}")
        if not isinstance(active, bool):
            raise ValueError("account_is_active is true or false")
        self._app.consent, self._app.account_is_active = consent, active
        return self.app()

    def install(self) -> Answer:
        """Install the app by OAuth, without a browser; answers its tokens."""
        scopes: Any = body().get("scopes", [])
        if not isinstance(scopes, list) or not all(isinstance(s, str) for s in scopes):
            raise ValueError("scopes must be a list of names")
        with self._portal.at_work():
            code = self._app.tokens.authorize("", scopes)
            token = self._app.tokens.exchange(code.value, "")
        return {
            "access_token": token.value,
            "refresh_token": token.refresh_token,
            "expires_in": ACCESS_TOKEN_LIFE_S,
        }, 201

    def uninstall(self) -> Answer:
        """Take the app out of the account: its OAuth tokens are void."""
        self._app.tokens.uninstall()
        return {"status": "uninstalled"}

    def expire_tokens(self) -> Answer:
        """Let every access token expire now; refresh tokens stay good."""
        return {"expired": self._app.tokens.expire()}

    def rotate_token(self) -> Answer:
        """Replace the private app's token; the old one lasts `overlap_s` longer."""
        overlap_s = body().get("overlap_s", 0)
        if type(overlap_s) not in (int, float) or overlap_s < 0:
            raise ValueError("overlap_s must be a number of seconds")
        return {"token": self._app.tokens.rotate(float(overlap_s)).value}, 201
