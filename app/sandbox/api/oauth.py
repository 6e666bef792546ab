"""Endpoints about tokens: how an app gets them, what they are, and their end."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from app.sandbox.api.route import Route
from app.sandbox.api.scopes import known
from app.sandbox.api.wire import DATED, Call, Reply
from app.sandbox.errors import BadGrant, Invalid, NotAuthenticated, ResourceNotFound
from app.sandbox.oauth_token import ACCESS_TOKEN_LIFE_S, USER_ID, Token

USER = "installer@example.com"
BEARER = "bearer"

Json = dict[str, object]


def token(call: Call) -> Reply:
    """Give tokens to an app: for a code, for a refresh token, or for nothing."""
    form, tokens = _form(call), call.app.tokens
    grant = form.get("grant_type")
    if grant not in _grants(call.version):
        raise BadGrant("BAD_GRANT_TYPE")
    tokens.demand_app(form.get("client_id", ""), form.get("client_secret", ""))
    scopes = form.get("scope", "").split()
    if grant == "client_credentials":
        return Reply(200, _issued(call, tokens.for_developer(scopes)))
    if not call.app.account_is_active:
        raise BadGrant("BAD_HUB")
    if grant == "refresh_token":
        rotate = call.portal.switches.refresh_token_rotates
        issued = tokens.refresh(form.get("refresh_token", ""), scopes, rotate=rotate)
    else:
        issued = tokens.exchange(
            form.get("code", ""),
            form.get("redirect_uri", ""),
            form.get("code_verifier", ""),
        )
    return Reply(200, _issued(call, issued))


def introspect(call: Call) -> Reply:
    """Say what a token is; of one that is no good, only that."""
    form = _form(call)
    call.app.tokens.demand_app(form.get("client_id", ""), form.get("client_secret", ""))
    found = call.app.tokens.find(form.get("token", ""))
    if found is None or found.use == "private":
        return Reply(200, {"active": False})
    whose: Json = {"active": True, "token_use": found.use, **_whose(call, found)}
    whose["client_id"] = call.app.config.client_id
    if found.use == "refresh_token":
        return Reply(200, {**whose, "token_type": BEARER})
    return Reply(200, {**whose, "token_type": BEARER, **_signed(call, found)})


def revoke(call: Call) -> Reply:
    """Make a token void; one that is unknown already is (RFC 7009)."""
    form = _form(call)
    call.app.tokens.demand_app(form.get("client_id", ""), form.get("client_secret", ""))
    with_access = call.portal.switches.revoking_ends_access_tokens
    call.app.tokens.revoke(form.get("token", ""), with_access=with_access)
    return Reply(200)


def access_token_info(call: Call, token: str) -> Reply:
    """Say what an access token is, to whoever has it."""
    found = call.app.tokens.find(token)
    if found is None or found.use != "access_token":
        raise ResourceNotFound
    body = {**_whose(call, found), "token_type": "access", **_signed(call, found)}
    return Reply(200, body)


def refresh_token_info(call: Call, token: str) -> Reply:
    """Say what a refresh token is, to whoever has it."""
    whose = _whose(call, _refresh_token(call, token))
    del whose["app_id"]
    more = {"client_id": call.app.config.client_id, "token_type": "refresh"}
    return Reply(200, {**whose, **more})


def delete_refresh_token(call: Call, token: str) -> Reply:
    """Make a refresh token void; the access tokens it bought stay good."""
    found = _refresh_token(call, token)
    call.app.tokens.revoke(found.value, with_access=False)
    return Reply(204)


def private_app_info(call: Call) -> Reply:
    """Say what a private app's token is."""
    found = call.app.tokens.find(str(call.object().get("tokenKey")))
    if found is None or found.use != "private":
        raise NotAuthenticated
    return Reply(
        200,
        {
            "userId": USER_ID,
            "hubId": int(call.portal.portal_id),
            "appId": int(call.portal.app_id),
            "scopes": list(
                known(call.portal) if found.scopes is None else found.scopes
            ),
        },
    )


def uninstall(call: Call) -> Reply:
    """Take the app out of the account whose token makes the call."""
    if call.token is None or call.token.use != "access_token":
        raise Invalid("Only an access token of an installation can end it")
    call.app.tokens.uninstall()
    return Reply(204)


def _grants(version: str) -> tuple[str, ...]:
    """Return the grant types of a version of the token endpoint."""
    if version in DATED:
        return ("authorization_code", "refresh_token")
    return ("authorization_code", "refresh_token", "client_credentials")


def _form(call: Call) -> Mapping[str, str]:
    """Return the fields of a form; those in the query are taken, too."""
    text = call.raw.decode(errors="replace")
    return {**dict(call.query()), **dict(parse_qsl(text, keep_blank_values=True))}


def _refresh_token(call: Call, value: str) -> Token:
    found = call.app.tokens.find(value)
    if found is None or found.use != "refresh_token":
        raise ResourceNotFound
    return found


def _issued(call: Call, issued: Token) -> Json:
    body: Json = {
        "token_type": BEARER,
        "access_token": issued.value,
        "expires_in": ACCESS_TOKEN_LIFE_S,
        "scopes": list(issued.scopes or ()),
        "token_use": issued.use,
    }
    if issued.refresh_token:
        body["refresh_token"] = issued.refresh_token
        body["hub_id"] = int(call.portal.portal_id)
        body["user_id"] = USER_ID
    return body


def _whose(call: Call, found: Token) -> Json:
    return {
        "token": found.value,
        "user": USER,
        "hub_domain": f"sandbox-{call.portal.portal_id}.example.com",
        "scopes": list(found.scopes or ()),
        "hub_id": int(call.portal.portal_id),
        "app_id": int(call.portal.app_id),
        "user_id": USER_ID,
    }


def _signed(call: Call, found: Token) -> Json:
    """Return what only access tokens have; the signatures in it are no signatures."""
    return {
        "expires_in": call.app.tokens.left_s(found),
        "is_private_distribution": False,
        "signed_access_token": {
            "expiresAt": int((found.expires_at or 0) * 1000),
            "scopes": " ".join(found.scopes or ()),
            "hubId": int(call.portal.portal_id),
            "userId": USER_ID,
            "appId": int(call.portal.app_id),
            "signature": "",
            "scopeToScopeGroupPks": "",
            "newSignature": "",
            "hublet": "na1",
            "trialScopes": "",
            "trialScopeToScopeGroupPks": "",
            "isUserLevel": False,
            "installingUserId": USER_ID,
            "isServiceAccount": False,
            "isPrivateDistribution": False,
            "appInstallId": "1",
            "audience": "api",
        },
    }


_ACCESS = "/access-tokens/<token>"
_REFRESH = "/refresh-tokens/<token>"

ROUTES = (
    Route("POST", "token", "/token", token, caller="anyone"),
    Route("POST", "token_state", "/introspect", introspect, caller="anyone"),
    Route("POST", "token_state", "/revoke", revoke, caller="anyone"),
    Route("GET", "token_info", _ACCESS, access_token_info, caller="anyone"),
    Route("GET", "token_info", _REFRESH, refresh_token_info, caller="anyone"),
    Route("DELETE", "token_info", _REFRESH, delete_refresh_token, caller="anyone"),
    Route(
        "POST",
        "private_apps",
        "/get/access-token-info",
        private_app_info,
        caller="anyone",
    ),
    Route("DELETE", "installs", "/external-install", uninstall, "write"),
)
