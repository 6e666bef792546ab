"""Where HubSpot's endpoints are, in each version of its API."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from app.errors import ConfigError

DATED = re.compile(r"\d{4}-(03|09)(-beta)?")


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """Paths of one version: "v3" (with v4 associations), or a dated one.

    A path may hold "{id}": the caller fills it in, and metrics show it as it is.

    >>> ApiVersion.of("v3").objects("contacts")
    '/crm/v3/objects/contacts'
    >>> ApiVersion.of("2026-09").objects("contacts")
    '/crm/objects/2026-09/contacts'
    """

    name: str

    @classmethod
    def of(cls, name: str) -> ApiVersion:
        """Return the version called `name`.

        Raises:
            ConfigError: HubSpot has no version of this name.

        """
        if name != "v3" and not DATED.fullmatch(name):
            raise ConfigError(
                f"HubSpot has no API version {name!r}; try v3 or {CURRENT.name}"
            )
        return cls(name)

    def objects(self, object_type: str) -> str:
        """Return the path of the records of a type: "contacts", "0-1", "2-1234567"."""
        return self._path("objects", "v3", object_type)

    def associations(self, from_type: str, to_type: str) -> str:
        """Return the path of the batch calls for associations between two types."""
        return self._path("associations", "v4", from_type, to_type)

    def record_associations(self, from_type: str, to_type: str) -> str:
        """Return the path of the associations of the record "{id}"."""
        record = self._path("objects", "v4", from_type) + "/{id}"
        return f"{record}/associations/{_quoted(to_type)}"

    def default_association(self, from_type: str, to_type: str) -> str:
        """Return the path that associates "{id}" with "{to_id}" without a label."""
        record = self._path("objects", "v4", from_type) + "/{id}"
        return f"{record}/associations/default/{_quoted(to_type)}/{{to_id}}"

    def undated_associations(self, from_type: str, to_type: str) -> str:
        """Return the path of the v3 association calls, which have no dated twin."""
        return f"/crm/v3/associations/{_quoted(from_type)}/{_quoted(to_type)}"

    def typed_association(self, from_type: str, to_type: str) -> str:
        """Return the v3 path of one association: "{id}", "{to_id}", "{type_id}"."""
        record = f"/crm/v3/objects/{_quoted(from_type)}/{{id}}"
        return f"{record}/associations/{_quoted(to_type)}/{{to_id}}/{{type_id}}"

    def properties(self, object_type: str) -> str:
        """Return the path of the properties of a type."""
        return self._path("properties", "v3", object_type)

    def owners(self) -> str:
        """Return the path of the people that records can belong to."""
        return self._path("owners", "v3")

    def account_details(self) -> str:
        """Return the path that tells which account a token belongs to."""
        return f"/account-info/{self.name}/details"

    def daily_usage(self) -> str:
        """Return the path that tells how many calls were made today."""
        return f"/account-info/{self.name}/api-usage/daily/private-apps"

    def uninstall(self) -> str:
        """Return the path that removes the app from the account."""
        return f"/appinstalls/{self.name}/external-install"

    def oauth(self) -> str:
        """Return the path where tokens are handed out."""
        return f"/oauth/{self.name}/token"

    def webhooks(self, app_id: str) -> str:
        """Return the path of the settings and subscriptions of an app."""
        room = "webhooks" if self.name in ("v3", "2026-03") else "app-webhooks"
        return f"/{room}/{self.name}/{_quoted(app_id)}"

    def _path(self, room: str, undated: str, *types: str) -> str:
        tail = "".join(f"/{_quoted(each)}" for each in types)
        if self.name == "v3":
            return f"/crm/{undated}/{room}{tail}"
        return f"/crm/{room}/{self.name}{tail}"


# https://developers.hubspot.com/docs/developer-tooling/platform/versioning
CURRENT = ApiVersion("2026-09")


def _quoted(segment: str) -> str:
    return quote(segment, safe="")
