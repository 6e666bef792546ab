"""Taking an association label out of use."""

from __future__ import annotations

from app.sandbox.crm.association_types import LinkType
from app.sandbox.crm.portal import Portal


def remove(portal: Portal, link: LinkType) -> None:
    """Take a label, and the one that points back, from all records and away."""
    ends = portal.shelf(link.end)
    for record in list(portal.shelf(link.start).from_id("", archived=False)):
        for other_id in list(portal.links.of(record, link.end)):
            other = ends.live(other_id)
            if other is not None:
                portal.links.remove(record, other, link)
    portal.link_types.remove(link)
