"""What is set about HubSpot: the app, its token, its limits."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import validate

from app.settings.setting import positive, setting

API_VERSIONS = ("v3", "2026-03", "2026-09")


@dataclass(frozen=True, slots=True)
class HubSpotSettings:
    """Where HubSpot is, and who we are to it."""

    hubspot_client_secret: tuple[str, ...] = setting(
        "list",
        (),
        "Client secret of the HubSpot app; several, comma-separated, while rotating",
        secret=True,
    )
    hubspot_access_token: str = setting(
        "str", "", "Token for HubSpot's API (private app or service key)", secret=True
    )
    hubspot_app_id: str = setting(
        "str", "", "Id of the HubSpot app; tells its own writes from those of others"
    )
    hubspot_api_url: str = setting(
        "str", "https://api.hubapi.com", "Where HubSpot's API is"
    )
    hubspot_api_version: str = setting(
        "str",
        "v3",
        "Paths of HubSpot's API: v3 (with v4 associations), or a dated version",
        validate.OneOf(API_VERSIONS),
    )
    rate_calls: int = setting(
        "int",
        100,
        "Calls per ten seconds that HubSpot allows the app: 100, 190, 250; 0: no limit",
        validate.Range(min=0),
    )
    rate_searches: int = setting(
        "int",
        4,
        "Search calls per second; HubSpot allows 5 for all apps of an account",
        validate.Range(min=0),
    )
    http_timeout_s: float = setting(
        "float", 20.0, "How long to wait for an answer of HubSpot", positive()
    )
    search_lag_s: float = setting(
        "float",
        60.0,
        "How long HubSpot's search may not see what was just written",
        validate.Range(min=0),
    )
