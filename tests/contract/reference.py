"""Where the facts about HubSpot lie: beside the project, and not copied into it."""

from __future__ import annotations

import os
from pathlib import Path

from tests.conftest import missing

ROOT = Path(__file__).parents[2]
REFERENCE = Path(
    os.environ.get("HUBKEEPER_REFERENCE", ROOT.parent / "shared" / "reference")
)


def file(name: str) -> Path:
    """Return a file of the reference; skip the test on a machine without it."""
    path = REFERENCE / name
    if not path.exists():
        missing(f"HubSpot's reference ({path}; set HUBKEEPER_REFERENCE)")
    return path


def specifications() -> list[Path]:
    """Return HubSpot's OpenAPI documents, the relaxed one (merged.json) first."""
    folder = file("openapi")
    return sorted(folder.glob("*.json"), key=lambda p: (p.stem != "merged", p.stem))
