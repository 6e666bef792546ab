"""The HubSpot account that a token belongs to."""

from __future__ import annotations

from app.hubspot.protocol import Reply, Request, Sender
from app.hubspot.shapes.account import (
    ACCOUNT_DETAILS,
    API_USAGE,
    AccountDetails,
    ApiUsage,
)


class Account:
    """The account's own data."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def details(self) -> AccountDetails:
        """Ask HubSpot which account this is.

        Raises:
            HubSpotError: Denied when the token is not accepted.

        """
        path = self._sender.version.account_details()
        return ACCOUNT_DETAILS.one(self._send("GET", path))

    def daily_usage(self) -> tuple[ApiUsage, ...]:
        """Ask HubSpot how many calls all private apps together made today.

        Raises:
            HubSpotError: HubSpot did not answer it.

        """
        path = self._sender.version.daily_usage()
        return tuple(API_USAGE.each(self._send("GET", path)))

    def uninstall(self) -> None:
        """Remove the app from the account; its tokens end with it.

        Raises:
            HubSpotError: Denied for the token of a private app.

        """
        self._send("DELETE", self._sender.version.uninstall())

    def _send(self, method: str, path: str) -> Reply:
        return self._sender.send(Request(method, path, family="account"))
