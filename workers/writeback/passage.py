"""The way out to URLs of the user's: https only, and never into the private network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping

import urllib3
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

TIMEOUT = urllib3.Timeout(connect=3.05, read=5.0)


class NoWayThere(Exception):
    """The URL leads where nothing may be sent."""


def _checked(connected: socket.socket) -> socket.socket:
    """Return the connection if it leads to a public address.

    The address that was connected to is looked at, not the one that the name had when
    it was asked before: a name may change its mind in between.

    Raises:
        NoWayThere: it does not.

    """
    address = ipaddress.ip_address(connected.getpeername()[0])
    mapped = getattr(address, "ipv4_mapped", None)
    if not (mapped or address).is_global:
        connected.close()
        raise NoWayThere(
            f"{address} is not a public address; FORWARD_PRIVATE=true allows it"
        )
    return connected


class _GuardedConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn())


class _GuardedPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedConnection


class Passage:
    """Posts to other people's servers; safe to share between threads.

    Args:
        private: http:// and private addresses are allowed too.

    """

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._pools = urllib3.PoolManager(retries=False, timeout=TIMEOUT)
        self._pools.pool_classes_by_scheme = {
            "http": HTTPConnectionPool,
            "https": HTTPSConnectionPool if private else _GuardedPool,
        }

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, str]:
        """Send a body; return the status and the Retry-After of the answer.

        Redirects are not followed, and the answer's body is not read.

        Raises:
            NoWayThere: the URL leads where it must not.
            urllib3.exceptions.HTTPError: no answer came.

        """
        scheme = urllib3.util.parse_url(url).scheme
        if scheme != "https" and not (self._private and scheme == "http"):
            raise NoWayThere(
                "only https:// URLs are forwarded to; FORWARD_PRIVATE=true allows http"
            )
        answer = self._pools.request(
            "POST",
            url,
            body=body,
            headers=dict(headers),
            redirect=False,
            preload_content=False,
        )
        try:
            return answer.status, answer.headers.get("Retry-After", "")
        finally:
            answer.close()
