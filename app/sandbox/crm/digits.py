"""Whole numbers the way requests write them: as digits, in text."""

from __future__ import annotations

# A record id is a 64-bit number at HubSpot.
LONGEST = 19


def are_all(text: str) -> bool:
    """Tell whether `text` is a whole number of a size that HubSpot can hold."""
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST
