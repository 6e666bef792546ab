"""The API table: every call that the client makes and the sandbox answers.

`python -m tests.contract.table` prints it as it stands in README.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.contract import (
    rows_associations,
    rows_batches,
    rows_ending,
    rows_platform,
    rows_properties,
    rows_records,
)
from tests.contract.row import VERSIONS, Row

TABLES = (
    rows_records.SINGLE,
    rows_batches.BATCHES,
    rows_batches.SEARCH,
    rows_associations.LINKS,
    rows_associations.LABELS,
    rows_properties.PROPERTIES,
    rows_platform.ACCOUNT,
    rows_platform.OAUTH,
    rows_platform.WEBHOOKS,
    rows_ending.LINKS_V3,
    rows_ending.CONTACTS_V1,
)
HEAD = ("What", "Client", *VERSIONS)
# The rows of this heading are methods of app.hubspot.oauth.OAuth, not of HubSpot.
OAUTH = "OAuth"


def rows() -> Iterator[Row]:
    """Yield every row, in the order of the README."""
    for table in TABLES:
        yield from table


def markdown() -> str:
    """Return the table as it stands in README.md."""
    lines = [_line(HEAD), _line(("---",) * len(HEAD))]
    family = ""
    for row in rows():
        if row.family != family:
            family = row.family
            lines.append(_line((f"**{family}**", *[""] * (len(HEAD) - 1))))
        owner = "oauth" if family == OAUTH else "hubspot"
        endpoints = (f"`{row.endpoint_in(version)}`" for version in VERSIONS)
        lines.append(_line((row.what, f"`{owner}.{row.client}`", *endpoints)))
    return "\n".join(lines) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(markdown())
