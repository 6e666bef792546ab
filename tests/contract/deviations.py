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


DEVIATIONS: tuple[Deviation, ...] = ()


def unexplained(problems: list[Problem]) -> list[Problem]:
    """Return the problems that no row explains, each once."""
    return [
        problem
        for problem in dict.fromkeys(problems)
        if not any(row.covers(problem) for row in DEVIATIONS)
    ]
