"""Paths that HubSpot has and the sandbox does not imitate."""

from __future__ import annotations

import re

from app.sandbox.errors import ApiError, NotImitated, ResourceNotFound

# Families of https://developers.hubspot.com/docs/api-reference that integrations use.
_KNOWN = tuple(
    re.compile(pattern)
    for pattern in (
        r"/crm/(v3|objects/20\d\d-\d\d)/(objects/)?[^/]+/(merge|gdpr-delete)",
        r"/crm/v3/associations/.+",
        r"/crm/v4/associations/(.+/labels|usage)(/.+)?",
        r"/crm/associations/(v4|20\d\d-\d\d)/.+",
        r"/crm/v3/objects/[^/]+/[^/]+/associations/.+",
        r"/crm/properties/20\d\d-\d\d/.+",
        r"/crm/v3/properties/.+",
        r"/crm/(v3/(owners|lists|schemas|pipelines|imports|exports)|v3/limits)(/.*)?",
        r"/crm/(owners|lists|schemas|pipelines|limits)/20\d\d-\d\d(/.*)?",
        r"/account-info/(v3|20\d\d-\d\d)/.+",
        r"/oauth/(v1|v2|v3|20\d\d-\d\d)/.+",
        r"/(webhooks|app-webhooks)/(v3|20\d\d-\d\d)/.+",
        r"/webhooks-journal/.+",
        r"/appinstalls/.+",
        r"/contacts/v1/.+",
        r"/(engagements|companies|deals|properties|owners)/v[12](/.*)?",
        r"/integrations/v1/me",
    )
)


def refusal(method: str, path: str) -> ApiError:
    """Return the answer to a request that no endpoint takes."""
    bare = path.rstrip("/")
    if any(pattern.fullmatch(bare) for pattern in _KNOWN):
        return NotImitated(method, path)
    return ResourceNotFound()
