"""Carries a request to HubSpot and brings back the bytes of the answer."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy

import requests
import urllib3
from requests.adapters import HTTPAdapter

from app.errors import Unreachable
from app.hubspot.credential import Credential
from app.hubspot.protocol import Request

USER_AGENT = "hubkeeper"
POOL = 32
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

# Failures from before the request left this machine.
NEVER_SENT = (
    requests.ConnectTimeout,
    requests.exceptions.ProxyError,
    requests.exceptions.SSLError,
    urllib3.exceptions.NewConnectionError,
)


def exchange(
    session: requests.Session,
    base_url: str,
    request: Request,
    raw: bytes | None,
    *,
    auth: Credential,
    timeout: tuple[float, float],
    content_type: str = JSON,
) -> requests.Response:
    """Send the request once and return whatever answers.

    Args:
        session: where the connections are kept.
        base_url: without a slash at the end.
        request: its body is not looked at; `raw` holds it.
        raw: the body, None for none.
        auth: who is calling.
        timeout: seconds to connect, and between two pieces of the answer.
        content_type: of the body.

    Raises:
        Unreachable: nothing answered; says whether the call may have been carried out.

    """
    headers = {"Accept": JSON, "User-Agent": USER_AGENT}
    if raw is not None:
        headers["Content-Type"] = content_type
    try:
        return session.request(
            request.method,
            base_url + request.target,
            params=request.query,
            data=raw,
            headers=headers,
            auth=auth,
            timeout=timeout,
            # Nobody but HubSpot is to see the token.
            allow_redirects=False,
        )
    except requests.RequestException as error:
        unreachable = _unreachable(error, request, auth)
    # Out here, because the cause holds the request, and with it the token.
    raise unreachable


def new_session(
    kind: type[requests.Session] = requests.Session,
) -> requests.Session:
    """Return a session without retries, with room for the threads of a worker."""
    session = kind()
    adapter = HTTPAdapter(pool_maxsize=POOL, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    # Threads share the session; cookies of HubSpot's edge would only be shared state.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


def _unreachable(
    error: requests.RequestException, request: Request, auth: Credential
) -> Unreachable:
    """Say what happened to the call, and whether it may have been carried out."""
    causes = list(_causes(error))
    if isinstance(error, NEVER_SENT) or any(isinstance(c, NEVER_SENT) for c in causes):
        after = "nothing was sent"
    elif request.repeatable:
        after = "it may have been carried out, and sending it again does no harm"
    else:
        after = "it may have been carried out: look before sending it again"
    late = isinstance(error, requests.Timeout)
    why = "no answer in time" if late else str(causes[-1]) or type(causes[-1]).__name__
    # A developer's key stands in the URL, and the URL in some of the reasons.
    hidden = auth.hide(why.encode()).decode()
    return Unreachable(f"HubSpot cannot be reached ({hidden}); {after}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what was behind it, down to the operating system's word."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
