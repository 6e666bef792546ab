"""Reads the providers that the rules file describes, one `[[provider]]` table each.

    [[provider]]
    name = "people_source"
    url = "https://api.people.example/v2/person?email={key}"
    key = "email"                     # "email", "domain", or any contact property
    header = "Authorization"          # sent with the value of the environment variable
    secret = "PEOPLE_SOURCE_KEY"      # that is named here
    prefix = "Bearer "
    mapping = { jobtitle = "employment.title", company = "employment.name" }
    timeout_s = 10
    cache_days = 30
    monthly_budget = 5000

For a source that takes many keys at once:

    method = "POST"
    keys_per_call = 100
    body = { domains = "{keys}" }
    results = "data"                  # where the answers are: a list, or by key
    result_key = "domain"             # where each answer of a list names its key
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from workers.contact import Contact
from workers.domains import business_domain
from workers.providers import Provider
from workers.providers.answers import LONGEST_CACHE_S
from workers.providers.http_source import KEY, KEYS, HttpSource

DAY_S = 86_400.0
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_above_zero = validate.Range(min=0, min_inclusive=False)
_at_least_one = validate.Range(min=1)


def _is_safe(url: str) -> None:
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in THIS_MACHINE
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise ValidationError("Must begin with https://.")


class ProviderSchema(Schema):
    """What a `[[provider]]` table may hold."""

    name = fields.String(
        required=True,
        validate=[
            validate.Regexp(
                r"[a-z][a-z0-9_]*\Z", error="Must be a word like my_source."
            ),
            validate.NoneOf(("companies", "deals", "duplicates")),
        ],
    )
    url = fields.String(required=True, validate=_is_safe)
    key = fields.String(load_default="email", validate=validate.Length(min=1))
    mapping = fields.Dict(
        fields.String(),
        fields.String(validate=validate.Length(min=1)),
        required=True,
        validate=validate.Length(min=1),
    )
    method = fields.String(load_default="GET", validate=validate.OneOf(("GET", "POST")))
    header = fields.String(load_default="Authorization")
    secret = fields.String(load_default="")
    prefix = fields.String(load_default="")
    body = fields.Raw(load_default=None)
    results = fields.String(load_default="")
    result_key = fields.String(load_default="")
    keys_per_call = fields.Integer(load_default=1, validate=_at_least_one)
    concurrency = fields.Integer(
        load_default=16, validate=validate.Range(min=1, max=64)
    )
    timeout_s = fields.Float(
        load_default=10.0, validate=validate.Range(min=0.1, max=120)
    )
    patience_s = fields.Float(load_default=0.25, validate=validate.Range(min=0, max=5))
    cache_days = fields.Float(
        load_default=30.0,
        validate=[_above_zero, validate.Range(max=LONGEST_CACHE_S / DAY_S)],
    )
    tries = fields.Integer(load_default=8, validate=_at_least_one)
    monthly_budget = fields.Integer(load_default=0, validate=validate.Range(min=0))

    @validates_schema
    def _adds_up(self, data: Mapping[str, Any], **_: Any) -> None:
        problems: dict[str, list[str]] = {}
        several = data["keys_per_call"] > 1
        if several and not _holds(data["body"], KEYS):
            problems["body"] = [f'Must hold "{KEYS}" where keys_per_call is above 1.']
        if several and not (data["results"] or data["result_key"]):
            problems["results"] = ["Is needed where keys_per_call is above 1."]
        if not (KEY in data["url"] or _holds(data["body"], KEY, KEYS)):
            problems["url"] = [f'"{KEY}" is in neither url nor body.']
        if data["body"] is not None and data["method"] != "POST":
            problems["method"] = ['Must be "POST" where there is a body.']
        if problems:
            raise ValidationError(problems)


def check(
    tables: Sequence[Mapping[str, Any]], environ: Mapping[str, str]
) -> dict[int, dict[str, Any]]:
    """Return what is wrong: by the index of the table, messages by field.

    Args:
        tables: as TOML gives them.
        environ: where the secrets are.

    """
    problems: dict[int, dict[str, Any]] = {}
    taken: set[str] = set()
    for index, table in enumerate(tables):
        wrong: dict[str, Any] = dict(ProviderSchema().validate(table))
        name = str(table.get("name"))
        if name in taken:
            wrong.setdefault("name", []).append("There are two of this name.")
        taken.add(name)
        secret = str(table.get("secret") or "")
        if secret and not environ.get(secret):
            unset = f"The environment has no variable {secret}."
            wrong.setdefault("secret", []).append(unset)
        if wrong:
            problems[index] = wrong
    return problems


def read(
    tables: Sequence[Mapping[str, Any]], environ: Mapping[str, str]
) -> list[Provider]:
    """Return the providers that tables describe, which `check` found right.

    Args:
        tables: as TOML gives them.
        environ: where the secrets are.

    """
    loaded = [ProviderSchema().load(table) for table in tables]
    return [_provider(each, environ.get(each["secret"], "")) for each in loaded]


def _provider(loaded: Mapping[str, Any], secret: str) -> Provider:
    headers = {loaded["header"]: loaded["prefix"] + secret} if secret else {}
    source = HttpSource(
        url=loaded["url"],
        mapping=loaded["mapping"],
        method=loaded["method"],
        headers=headers,
        body=loaded["body"],
        results=loaded["results"],
        result_key=loaded["result_key"],
    )
    reads, key = _key(loaded["key"])
    return Provider(
        name=loaded["name"],
        # What is written is read too, or nobody could tell the difference.
        reads=tuple(dict.fromkeys((*reads, *loaded["mapping"]))),
        key=key,
        ask=source,
        keys_per_call=loaded["keys_per_call"],
        concurrency=loaded["concurrency"],
        timeout_s=loaded["timeout_s"],
        patience_s=loaded["patience_s"],
        cache_s=loaded["cache_days"] * DAY_S,
        tries=loaded["tries"],
        monthly_budget=loaded["monthly_budget"],
    )


def _key(name: str) -> tuple[tuple[str, ...], Callable[[Contact], str]]:
    if name == "domain":
        return ("email",), lambda contact: business_domain(contact["email"])
    if name == "email":
        return ("email",), lambda contact: contact["email"].strip().lower()
    return (name,), lambda contact: contact[name].strip()


def _holds(body: Any, *marks: str) -> bool:
    if isinstance(body, Mapping):
        return any(_holds(value, *marks) for value in body.values())
    if isinstance(body, list):
        return any(_holds(value, *marks) for value in body)
    return isinstance(body, str) and any(mark in body for mark in marks)
