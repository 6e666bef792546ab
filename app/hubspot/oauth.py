"""OAuth: how an app that others install comes by its tokens.

https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import requests

from app.errors import Denied, Refused
from app.hubspot import protocol, transport
from app.hubspot.credential import Credential
from app.hubspot.protocol import Reply, Request
from app.hubspot.shapes.token import GRANT, TOKEN_INFO, TokenInfo
from app.hubspot.transport import FORM
from app.hubspot.version import CURRENT, ApiVersion

APP_URL = "https://app.hubspot.com"
# Dated versions hand out no token for the app itself.
# https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/manage-oauth-tokens
APP_TOKEN = ApiVersion("v3").oauth()


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """An app, as HubSpot knows it.

    Attributes:
        client_id: public.
        client_secret: not public.
        redirect_uri: where HubSpot sends people back to; one of those it knows.

    """

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What opens one account.

    Attributes:
        portal_id: the account, digits.
        access_token: for half an hour.
        refresh_token: for new access tokens, until the app is uninstalled; "" for an
            app that speaks for itself.
        expires_at: of the access token, epoch seconds.
        user_id: who installed the app, digits.
        scopes: what the app may do there.

    """

    portal_id: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: float
    user_id: str = ""
    scopes: tuple[str, ...] = ()


class _Nobody(Credential):
    """Says who calls in the form itself, and knows what to keep secret of it."""

    def __init__(self, *secrets: str) -> None:
        self.secrets = tuple(secret for secret in secrets if secret)


class OAuth:
    """HubSpot's token endpoint, and the page that leads there.

    Args:
        base_url: "https://api.hubapi.com", or where the sandbox runs.
        app: who asks.
        app_url: where people are asked.
        version: which paths to call.
        session: by default one without retries.
        timeout: seconds to connect, and between two pieces of the answer.
        clock: epoch seconds.

    """

    def __init__(
        self,
        base_url: str,
        app: OAuthApp,
        *,
        app_url: str = APP_URL,
        version: ApiVersion = CURRENT,
        session: requests.Session | None = None,
        timeout: tuple[float, float] = (3.05, 20.0),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._app = app
        self._app_url = app_url.rstrip("/")
        self._path = version.oauth()
        self._session = session or transport.new_session()
        self._timeout = timeout
        self._clock = clock

    def authorize_url(
        self,
        scopes: Sequence[str],
        *,
        optional_scopes: Sequence[str] = (),
        state: str = "",
        code_verifier: str = "",
    ) -> str:
        """Return where to send a person who wants to install the app.

        Args:
            scopes: what the app needs, e.g. "crm.objects.contacts.read".
            optional_scopes: what it takes where the account has it.
            state: comes back beside the code, which proves that they belong together.
            code_verifier: a long random text to repeat in `exchange` (PKCE).

        """
        query = {
            "client_id": self._app.client_id,
            "redirect_uri": self._app.redirect_uri,
            "scope": " ".join(scopes),
            "optional_scope": " ".join(optional_scopes),
            "state": state,
        }
        if code_verifier:
            digest = hashlib.sha256(code_verifier.encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            query |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        said = {name: value for name, value in query.items() if value}
        return f"{self._app_url}/oauth/authorize?{urlencode(said, quote_via=quote)}"

    def exchange(self, code: str, *, code_verifier: str = "") -> Tokens:
        """Return the tokens for a code, which is good once and not for long.

        Raises:
            HubSpotError: Denied when the code is no good, or the app not this one.

        """
        return self._tokens(
            grant_type="authorization_code",
            code=code,
            redirect_uri=self._app.redirect_uri,
            code_verifier=code_verifier,
        )

    def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens; the old access token stays good until it expires.

        Raises:
            HubSpotError: Denied when the app was uninstalled.

        """
        return self._tokens(grant_type="refresh_token", refresh_token=refresh_token)

    def client_credentials(self, scopes: Sequence[str]) -> Tokens:
        """Return a token of the app itself, for what belongs to no account.

        Raises:
            HubSpotError: Denied when the app may not have one.

        """
        scope = " ".join(scopes)
        return self._tokens(APP_TOKEN, grant_type="client_credentials", scope=scope)

    def introspect(self, token: str, *, hint: str = "access_token") -> TokenInfo:
        """Return what HubSpot knows of a token.

        Args:
            token: of either kind.
            hint: "access_token" or "refresh_token".

        Raises:
            HubSpotError: Denied when HubSpot does not know it.

        """
        path = f"{self._path}/introspect"
        return TOKEN_INFO.one(self._post(path, token=token, token_type_hint=hint))

    def revoke(self, token: str, *, hint: str = "refresh_token") -> None:
        """Make a token worthless.

        Raises:
            HubSpotError: Denied when HubSpot does not know it.

        """
        self._post(f"{self._path}/revoke", token=token, token_type_hint=hint)

    def _tokens(self, path: str = "", **form: str) -> Tokens:
        asked_at = self._clock()
        grant = GRANT.one(self._post(path or self._path, **form))
        return Tokens(
            portal_id=grant.portal_id,
            access_token=grant.access_token,
            refresh_token=grant.refresh_token or form.get("refresh_token", ""),
            expires_at=asked_at + grant.expires_in_s,
            user_id=grant.user_id,
            scopes=grant.scopes,
        )

    def _post(self, path: str, **form: str) -> Reply:
        """Send a form with the app's own credentials in it.

        Raises:
            HubSpotError: Denied for whatever HubSpot refuses here.

        """
        app = self._app
        secrets = [form.get(name, "") for name in ("code", "token", "refresh_token")]
        credential = _Nobody(app.client_secret, *secrets)
        form |= {"client_id": app.client_id, "client_secret": app.client_secret}
        answer = transport.exchange(
            self._session,
            self._base_url,
            Request("POST", path, repeatable=not form.get("code")),
            urlencode({name: value for name, value in form.items() if value}).encode(),
            auth=credential,
            timeout=self._timeout,
            content_type=FORM,
        )
        content = answer.content if answer.ok else credential.hide(answer.content)
        try:
            return protocol.read(answer.status_code, answer.headers, content)
        except Refused as refusal:
            if refusal.status != 400:
                raise
            raise Denied(
                str(refusal),
                status=refusal.status,
                category=refusal.category,
                correlation_id=refusal.correlation_id,
            ) from None
