"""Where the sandbox does not do as HubSpot's OpenAPI documents say, and why.

HubSpot itself does not do as its documents say. Captured answers count more than the
documents, so each row names the fact it rests on. There is no other list of exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.contract.specification import Problem


@dataclass(frozen=True, slots=True)
class Deviation:
    """Problems that are none; the texts are globs, "" and () stand for anything.

    Attributes:
        reason: the fact.
        what: which problem, in the words of the validator.
        operation: "METHOD /path/{template}".
        statuses: of the reply.
        where: JSON pointer, with * for elements of lists.

    """

    reason: str
    what: str
    operation: str = "*"
    statuses: tuple[int, ...] = ()
    where: str = "*"

    def covers(self, problem: Problem) -> bool:
        """Tell whether this row explains the problem."""
        return (
            fnmatchcase(problem.what, self.what)
            and fnmatchcase(problem.operation, self.operation)
            and fnmatchcase(problem.where, self.where)
            and (not self.statuses or problem.status in self.statuses)
        )


DEVIATIONS: tuple[Deviation, ...] = (
    Deviation(
        "captured answers without a category: 404 of a numeric id, unreadable JSON, "
        "unknown object type, 429 (errorType instead), 423, 477 and outages",
        what="'category' is a required property",
        statuses=(400, 404, 414, 423, 429, 477, 500, 503),
        where="",
    ),
    *(
        Deviation(
            "the captured entries of errors[] hold no more than status, category, "
            "message and, where it helps, context",
            what=f"'{name}' is a required property",
            statuses=(200, 207),
            where="/errors/*",
        )
        for name in ("context", "errors", "links")
    ),
    *(
        Deviation(
            "captured: the subCategory of an entry is text",
            what=f"'{family}.*' is not of type 'object'",
            statuses=(200, 207),
            where="/errors/*/subCategory",
        )
        for family in ("crm.associations", "Properties")
    ),
    Deviation(
        "the documents of 2026-09 list no 207, those before and after do: most likely "
        "an artefact of their generator, and a switch of the sandbox",
        what="status 207 is not documented",
        operation="*/2026-09/*",
        statuses=(207,),
    ),
    Deviation(
        "measured: ids of associated records are numbers",
        what="* is not of type 'string'",
        where="*/toObjectId",
    ),
    Deviation(
        "measured: ids of associated records are numbers",
        what="* is not of type 'string'",
        where="*/fromObjectId",
    ),
    Deviation(
        "captured: gateways answer pages, and so does HubSpot for some 404s",
        what="the body is text/html*, not JSON",
        statuses=(404, 502),
    ),
    Deviation(
        "captured: 201 became 200 on 21 Aug 2025, without notice",
        what="status 200 is not documented",
        operation="POST /crm/v3/associations/*/batch/create",
        statuses=(200,),
    ),
    Deviation(
        "a page for people, on another host in HubSpot; in no document",
        what="the call is in no specification",
        operation="GET /oauth/authorize",
    ),
    *(
        Deviation(
            "in the guides, and in no document",
            what="the call is in no specification",
            operation=operation,
        )
        for operation in (
            "* /contacts/v1/*",
            "* /properties/v1/*",
            "* /crm/v3/schemas*",
            "DELETE /appinstalls/*/external-install",
            "GET /crm/v3/associations/*/*/types",
            "PUT /crm/*objects/*/*/associations/*/*/*",
            "DELETE /crm/*objects/*/*/associations/*/*/*",
        )
    ),
    Deviation(
        "the documents of OAuth leave out what success looks like; the guides show it",
        what="status 200 is not documented",
        operation="POST /oauth/*/token*",
    ),
    Deviation(
        "the documents describe only tokens that are good; of others RFC 7662 says no "
        "more than that they are not",
        what="{'active': False} is not valid under any of the given schemas",
        operation="POST /oauth/*/token/introspect",
        statuses=(200,),
    ),
    Deviation(
        "measured: a type without a label has the label null",
        what="None is not of type 'string'",
        operation="* /crm/associations/v4/*/labels",
        where="/results/*/label",
    ),
    Deviation(
        "measured: a type without a label has the label null",
        what="None is not of type 'string'",
        operation="*/2026-09/*",
        where="*/associationTypes/*/label",
    ),
)


# Known paths that the sandbox answers with a 501 that says so.
NOT_IMITATED = frozenset(
    {
        "GET /crm/associations/v4/definitions/configurations/all",
        *(
            f"{method} /crm/associations/v4/definitions/configurations"
            f"/{{fromObjectType}}/{{toObjectType}}{what}"
            for method, what in (
                ("GET", ""),
                ("POST", "/batch/create"),
                ("POST", "/batch/purge"),
                ("POST", "/batch/update"),
            )
        ),
        "POST /crm/v4/associations/usage/high-usage-report/{userId}",
        "POST /crm/associations/2026-09/usage/high-usage-report/{userId}",
    }
)


def unexplained(problems: list[Problem]) -> list[Problem]:
    """Return the problems that no row explains, each once."""
    return [
        problem
        for problem in dict.fromkeys(problems)
        if not any(row.covers(problem) for row in DEVIATIONS)
    ]
