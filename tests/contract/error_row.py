"""A row of the error catalogue, as tests/data/errors/*.toml writes it down."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from app.hubspot.protocol import Request
from tests.contract.row import BASES, VERSIONS

FOLDER = Path(__file__).parents[1] / "data" / "errors"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRow:
    """One way to fail.

    Attributes:
        name: what is wrong, in a few words.
        fact: what is known about HubSpot's answer, and how well.
        method: of the request that provokes it.
        path: with {objects}, {associations}, {properties} for the API's base.
        status: of HTTP; 0 when no answer comes.
        raises: the class of app.errors that the client raises.
        verdict: what then becomes of the contact.
        body: of the request; `{n}` in its only input is counted if `many` is given.
        raw: a body that is no JSON.
        many: how many inputs there are.
        seed: records to begin with.
        before: requests to begin with: method, path, body.
        merges: how many contacts are merged into one before; `{merged}` in the body
            is what became of them, `{other}` is one more contact.
        faults, limits, switches, rules: what is set before the request.
        token: another one than the sandbox's.
        category, error_type, policy, sub_category, message: HubSpot's words; the
            message is a glob, "" says nothing about it; no category means: none.
        context: names that the context holds.
        details: what the elements of `errors[]` hold at least.
        html: the answer is a page.
        items: the answer is a 207, and its first item is the error.
        says: words that the client's message holds.
        retry_after: seconds.
        versions: of the API in which it can be provoked.

    """

    name: str
    fact: str
    method: str
    path: str
    status: int
    raises: str
    verdict: str
    body: Any = None
    raw: str = ""
    many: int = 0
    seed: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    before: Sequence[Mapping[str, Any]] = ()
    merges: int = 0
    faults: Sequence[Mapping[str, Any]] = ()
    limits: Mapping[str, Any] = field(default_factory=dict)
    switches: Mapping[str, Any] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)
    token: str = ""
    category: str = ""
    error_type: str = ""
    policy: str = ""
    sub_category: str = ""
    message: str = ""
    context: Sequence[str] = ()
    details: Sequence[Mapping[str, Any]] = ()
    html: bool = False
    items: bool = False
    says: str = ""
    retry_after: float | None = None
    versions: Sequence[str] = VERSIONS

    def preparations(self, version: str) -> Iterator[Request]:
        """Yield what has to be asked before."""
        for each in self.before:
            path = each["path"].format_map(BASES[version])
            yield Request(each["method"], path, each.get("body"))

    def request(self, version: str, known: Mapping[str, str]) -> Request:
        """Return the request that provokes the error; `known` fills in its body."""
        path = self.path.format_map(BASES[version])
        family = "search" if path.endswith("/search") else "objects"
        return Request(self.method, path, self._body(known), family=family)

    def _body(self, known: Mapping[str, str]) -> Any:
        if self.raw:
            return orjson.Fragment(self.raw)
        if self.merges:
            return {name: text.format_map(known) for name, text in self.body.items()}
        if not self.many:
            return self.body
        [one] = self.body["inputs"]
        text = orjson.dumps(one).decode()
        counted = (text.replace("{n}", str(n)) for n in range(1, self.many + 1))
        return {**self.body, "inputs": [orjson.loads(each) for each in counted]}


def catalogue() -> Iterator[ErrorRow]:
    """Yield all rows."""
    for path in sorted(FOLDER.glob("*.toml")):
        for raw in tomllib.loads(path.read_text()).get("error", ()):
            yield ErrorRow(**raw)
