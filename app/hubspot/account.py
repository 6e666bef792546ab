"""The HubSpot account that a token belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from app.hubspot.protocol import Request, Sender


@dataclass(frozen=True, slots=True)
class AccountDetails:
    """What HubSpot says about an account; "" for what it does not say.

    Attributes:
        portal_id: digits.
        account_type: "STANDARD", "DEVELOPER_TEST", "SANDBOX"...
        time_zone: "Europe/Berlin"; daily limits start anew at its midnight.
        currency: "EUR".
        ui_domain: "app-eu1.hubspot.com".
        data_location: "eu1", where the data is kept.

    """

    portal_id: str
    account_type: str
    time_zone: str
    currency: str
    ui_domain: str
    data_location: str

    def record_url(self, object_type_id: str, record_id: str) -> str:
        """Return where a person sees the record; the type is an id such as "0-1"."""
        page = f"{self.portal_id}/record/{object_type_id}/{record_id}"
        return f"https://{self.ui_domain}/contacts/{page}"


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
        body = self._sender.send(Request("GET", path, family="account")).mapping()
        return AccountDetails(
            portal_id=str(body.get("portalId") or ""),
            account_type=str(body.get("accountType") or ""),
            time_zone=str(body.get("timeZone") or ""),
            currency=str(body.get("companyCurrency") or ""),
            ui_domain=str(body.get("uiDomain") or ""),
            data_location=str(body.get("dataHostingLocation") or ""),
        )
