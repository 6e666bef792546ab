"""Endpoints about the account itself, and how much of its allowance is used."""

from __future__ import annotations

from app.sandbox.api.route import Route
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import moment

# What is told where the plan sets no daily limit.
UNLIMITED = 1_000_000


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


def daily_usage(call: Call) -> Reply:
    """Answer how many calls the private apps made today."""
    now_ms = call.portal.now_ms()
    midnight_ms = (now_ms // moment.DAY_MS + 1) * moment.DAY_MS
    usage = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": call.limiter.plan.daily or UNLIMITED,
        "currentUsage": call.limiter.used_today(),
        "collectedAt": moment.iso(now_ms),
        "fetchStatus": "SUCCESS",
        "resetsAt": moment.iso(midnight_ms),
    }
    return Reply(200, {"results": [usage]})


ROUTES = (
    Route("GET", "account", "/details", details),
    Route("GET", "account", "/api-usage/daily/private-apps", daily_usage),
)
