"""The endpoint about the account itself."""

from __future__ import annotations

from app.sandbox.api.route import Route
from app.sandbox.api.wire import Call, Reply


def details(call: Call) -> Reply:
    """Answer which account this is."""
    return Reply(
        200,
        {
            "portalId": int(call.portal.portal_id),
            "accountType": "DEVELOPER_TEST",
            "timeZone": "UTC",
            "companyCurrency": "USD",
            "additionalCurrencies": [],
            "utcOffset": "+00:00",
            "utcOffsetMilliseconds": 0,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        },
    )


ROUTES = (Route("GET", "account", "/details", details),)
