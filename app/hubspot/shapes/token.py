"""Tokens, as HubSpot's OAuth hands them out and describes them."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.hubspot.shapes.shape import Flag, Id, Shape, Text, Whole, Words


@dataclass(frozen=True, slots=True)
class Grant:
    """What the token endpoint answered.

    Attributes:
        expires_in_s: of the access token.
        portal_id: the account that installed the app, "" when HubSpot did not say.

    """

    access_token: str = field(repr=False)
    expires_in_s: int
    refresh_token: str = field(default="", repr=False)
    portal_id: str = ""
    user_id: str = ""
    scopes: tuple[str, ...] = ()


class GrantShape(Shape[Grant]):
    """What the token endpoint answers."""

    makes = Grant
    access_token = Text(required=True, data_key="access_token")
    expires_in_s = Whole(required=True, data_key="expires_in")
    refresh_token = Text(data_key="refresh_token")
    portal_id = Id(data_key="hub_id")
    user_id = Id(data_key="user_id")
    scopes = Words()


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What HubSpot knows of a token; "" for what does not apply.

    Attributes:
        active: it can be used.
        token_use: "access_token" or "refresh_token".
        portal_id: the account that installed the app.
        user: e-mail address of the person who installed it.
        expires_in_s: of an access token, None for a refresh token.
        is_private_distribution: the app is not listed in HubSpot's marketplace.

    """

    active: bool = False
    token_use: str = ""
    client_id: str = ""
    app_id: str = ""
    portal_id: str = ""
    hub_domain: str = ""
    user: str = ""
    user_id: str = ""
    scopes: tuple[str, ...] = ()
    expires_in_s: int | None = None
    is_private_distribution: bool = False


class TokenInfoShape(Shape[TokenInfo]):
    """What introspection answers."""

    makes = TokenInfo
    active = Flag()
    token_use = Text(data_key="token_use")
    client_id = Text(data_key="client_id")
    app_id = Id(data_key="app_id")
    portal_id = Id(data_key="hub_id")
    hub_domain = Text(data_key="hub_domain")
    user = Text()
    user_id = Id(data_key="user_id")
    scopes = Words()
    expires_in_s = Whole(data_key="expires_in")
    is_private_distribution = Flag(data_key="is_private_distribution")


GRANT = GrantShape()
TOKEN_INFO = TokenInfoShape()
