"""Says in words why the signature of a request does not fit.

HubSpot's webhooks bear two signatures, one over the body alone and one over the URL as
well; what the first tells of the body narrows down what is wrong with the second. Then
the request is tried as it may have been before a proxy or a framework changed it.

The answer is for whoever runs the service: it never goes back to the caller, who could
use it to find the secret's other conditions, and it holds no secret and no signature.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.errors import NotFromHubSpot, TooOld, Unfit
from app.hubspot import original, signature
from app.hubspot.original import Suspect

# Trying costs at most some seventy hashes of the body: 20 ms for the longest.
LONGEST_BODY = 256 * 1024
MOST_SECRETS = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a signature does not fit.

    Attributes:
        cause: "headers", "version", "clock", "url", "body", "secret" or "unknown".
        words: what is wrong, and what to do.

    """

    cause: str
    words: str


def explain(
    suspect: Suspect,
    refusal: NotFromHubSpot,
    *,
    secrets: Sequence[str],
    accepted: frozenset[str] = signature.VERSIONS,
) -> Finding:
    """Return why `signature.verify` refused the request.

    Args:
        suspect: what came.
        refusal: what `verify` raised.
        secrets: the app's client secrets; the first two are tried.
        accepted: the versions that count.

    """
    if isinstance(refusal, TooOld):
        return Finding("clock", str(refusal))
    proofs = _proofs(suspect)
    if not isinstance(refusal, Unfit):
        return _without_proof(suspect, refusal, proofs, secrets, accepted)
    if len(suspect.body) > LONGEST_BODY:
        words = "the body is too long to try what it may have been before; "
        return Finding("unknown", words + str(refusal))
    return (
        _changed(suspect, proofs, secrets)
        or _wrong_secret(suspect, proofs, secrets)
        or Finding("secret", _NOTHING_FITS)
    )


_NOTHING_FITS = (
    "no secret of HUBSPOT_CLIENT_SECRET fits, whatever the URL and the body may have "
    "been: is it the client secret of this app (not its access token, not another "
    "app's)? If it is, the request is not HubSpot's"
)


# Whether a signature fits the secret, the URL and the body.
Proof = Callable[[str, str, bytes], bool]


def _proofs(suspect: Suspect) -> dict[str, Proof]:
    """Return a check for each signature that the request bears, v1 first."""
    headers, method = suspect.headers, suspect.method
    version = headers.get(signature.SIGNATURE_VERSION.lower(), "v1")
    old = headers.get(signature.SIGNATURE.lower())
    new = headers.get(signature.SIGNATURE_V3.lower())
    stamp = headers.get(signature.TIMESTAMP.lower(), "")
    found: dict[str, Proof] = {}
    if old is not None and version == "v1":
        found["v1"] = lambda secret, _, body: _same(
            old, signature.sign_v1(secret, body)
        )
    if old is not None and version == "v2":
        found["v2"] = lambda secret, uri, body: _same(
            old, signature.sign_v2(secret, method, uri, body)
        )
    if new is not None:
        found["v3"] = lambda secret, uri, body: _same(
            new, signature.sign_v3(secret, method, uri, body, stamp)
        )
    return found


def _same(given: str, fitting: str) -> bool:
    given_bytes = given.encode("utf-8", "surrogatepass")
    return hmac.compare_digest(given_bytes, fitting.encode())


def _without_proof(
    suspect: Suspect,
    refusal: NotFromHubSpot,
    proofs: dict[str, Proof],
    secrets: Sequence[str],
    accepted: frozenset[str],
) -> Finding:
    """Explain a request that was refused before its signature was looked at."""
    for version, fits in proofs.items():
        if version in accepted or len(suspect.body) > LONGEST_BODY:
            continue
        if any(fits(s, suspect.uri, suspect.body) for s in secrets[:MOST_SECRETS]):
            listed = ",".join(sorted(accepted, reverse=True))
            words = (
                f"its {version} signature fits, and ACCEPTED_SIGNATURES is {listed}: "
                f"add {version} to let it in"
            )
            return Finding("version", words)
    cause = "version" if "accepted version" in str(refusal) else "headers"
    return Finding(cause, str(refusal))


def _changed(
    suspect: Suspect, proofs: dict[str, Proof], secrets: Sequence[str]
) -> Finding | None:
    """Find the URL and the body with which the signatures fit."""
    for secret in secrets[:MOST_SECRETS]:
        if "v1" in proofs:
            found = _body_first(suspect, proofs, secret)
        else:
            found = _url_first(suspect, proofs, secret)
        if found:
            return found
    return None


def _body_first(
    suspect: Suspect, proofs: dict[str, Proof], secret: str
) -> Finding | None:
    """Find the body by the signature over it alone, and then the URL."""
    tried = original.bodies(suspect.body)
    fitting = (each for each in tried if proofs["v1"](secret, "", each[0]))
    body, body_words = next(fitting, (None, ""))
    if body is None:
        return None
    if "v3" not in proofs:
        return Finding("body", body_words)
    for uri, url_words in original.urls(suspect):
        if proofs["v3"](secret, uri, body):
            both = [words for words in (url_words, body_words) if words]
            return Finding("url" if url_words else "body", "; ".join(both))
    return _body_proved(suspect, body_words)


def _url_first(
    suspect: Suspect, proofs: dict[str, Proof], secret: str
) -> Finding | None:
    """Find the URL, or else the body: both at once would be too many to try."""
    fits = proofs["v3"] if "v3" in proofs else proofs["v2"]
    for uri, words in original.urls(suspect):
        if fits(secret, uri, suspect.body):
            return Finding("url", words)
    for body, words in original.bodies(suspect.body):
        if fits(secret, suspect.uri, body):
            return Finding("body", words)
    return None


def _body_proved(suspect: Suspect, body_words: str) -> Finding:
    """Explain a request of which the secret and the body are known to be right."""
    url = original.shown(suspect.uri)
    words = (
        "its v1 signature fits, so secret and body are right, and HubSpot called "
        f"another URL than {url}: set PUBLIC_URL to what stands in the "
        "app's target URL before /webhooks/hubspot (or a proxy changes the "
        f"{signature.TIMESTAMP} header)"
    )
    return Finding("url", f"{words}; {body_words}" if body_words else words)


def _wrong_secret(
    suspect: Suspect, proofs: dict[str, Proof], secrets: Sequence[str]
) -> Finding | None:
    """Find out what is odd about the secrets themselves; never show one."""
    for number, secret in enumerate(secrets[:MOST_SECRETS], 1):
        name = "HUBSPOT_CLIENT_SECRET" + (f", secret {number}," if number > 1 else "")
        if secret.startswith("pat-"):
            words = f"{name} begins like an access token: put the app's client secret"
            return Finding(
                "secret", f"{words} there (HubSpot shows it beside the token)"
            )
        bare = secret.strip("\"'` \t\r\n")
        if bare and bare != secret:
            fits = (p(bare, suspect.uri, suspect.body) for p in proofs.values())
            if any(fits):
                words = f"{name} fits without the quotes around it: take them away"
                return Finding("secret", words)
    return None
