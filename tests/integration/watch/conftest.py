"""A service to watch on a real store, and people who are told: by HTTP and by mail."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app import services
from app.events import wire
from app.events.inbox import Burial, Postponement
from app.services import Services
from app.settings import Settings
from tests.integration.watch.receiver import Receiver, receiving

LOOPBACK = IPv4Address("127.0.0.1")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@dataclass
class MailServer:
    """As much of SMTP as a sender of alerts needs to meet."""

    certificate: Path
    starttls: bool = False
    login: bool = True
    refuse: str = ""
    mails: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    address: str = ""

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                self.talk(connection)
            connection.close()

    def talk(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        connection.sendall(b"220 here\r\n")
        reader, safe = connection.makefile("rb"), False
        while line := reader.readline().decode().strip():
            self.lines.append(line)
            word = line.split()[0].upper()
            answer = b"250 fine\r\n"
            if word == "EHLO":
                offers = ["STARTTLS"] * (self.starttls and not safe)
                offers += ["AUTH PLAIN"] * self.login
                lines = ["here", *offers]
                last = len(lines) - 1
                answer = b"".join(
                    f"250{' ' if number == last else '-'}{each}\r\n".encode()
                    for number, each in enumerate(lines)
                )
            elif word == "STARTTLS":
                connection.sendall(b"220 go on\r\n")
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self.certificate)
                connection = context.wrap_socket(connection, server_side=True)
                reader, safe = connection.makefile("rb"), True
                continue
            elif word == "AUTH":
                answer = b"235 welcome\r\n"
            elif word == "RCPT" and self.refuse and self.refuse in line:
                answer = b"550 5.1.1 nobody of that name\r\n"
            elif word == "DATA":
                connection.sendall(b"354 speak\r\n")
                rows = iter(reader.readline, b".\r\n")
                self.mails.append(b"".join(rows).decode())
                self.encrypted.append(safe)
            elif word == "QUIT":
                connection.sendall(b"221 bye\r\n")
                return
            connection.sendall(answer)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody has reason to trust, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(LOOPBACK)]), False)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    pem = serialization.Encoding.PEM
    form, secret = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, form, secret))
    return path


@pytest.fixture
def mail_server(certificate: Path) -> Iterator[MailServer]:
    server = MailServer(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.address = f"127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=server.serve, args=(listener,))
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def happening(portal: str, number: int) -> dict[str, Any]:
    """Return an event as HubSpot sends it."""
    return {
        "eventId": number,
        "subscriptionId": 7,
        "portalId": int(portal),
        "appId": 11,
        "occurredAt": 1_795_166_400_123,
        "subscriptionType": "contact.creation",
        "attemptNumber": 0,
        "objectId": number,
    }


@dataclass(frozen=True, slots=True)
class Town:
    """Services to watch, and ways to bring them into trouble."""

    services: Services
    serial: Iterator[int]

    def wait(self, portal: str, contacts: int = 1) -> None:
        """Let contacts wait."""
        numbers = [next(self.serial) for _ in range(contacts)]
        for start in range(0, contacts, 100):
            raw = [happening(portal, n) for n in numbers[start : start + 100]]
            self.services.inbox.accept(wire.parse(json.dumps(raw).encode()))

    def bury(self, portal: str, contacts: int = 1) -> None:
        """Let contacts wait, and give them up."""
        self.wait(portal, contacts)
        claim = self.services.inbox.claim(portal, "t", contacts)
        burials = [
            Burial(each.contact_id, "refused", "ada@example.com is no e-mail address")
            for each in claim.contacts
        ]
        self.services.inbox.bury(claim, burials)

    def settle(self, portal: str, contacts: int) -> None:
        """Work contacts off."""
        self.wait(portal, contacts)
        claim = self.services.inbox.claim(portal, "t", contacts)
        ended = [(each.contact_id, "written") for each in claim.contacts]
        self.services.inbox.settle(claim, ended)

    def fail(self, portal: str, contacts: int) -> None:
        """Try contacts in vain; they are tried again in an hour."""
        self.wait(portal, contacts)
        claim = self.services.inbox.claim(portal, "t", contacts)
        delays = [
            Postponement(each.contact_id, 3600, counts=True, error="502")
            for each in claim.contacts
        ]
        self.services.inbox.postpone(claim, delays)

    def replay(self, portal: str) -> None:
        """Let all dead letters wait again."""
        for letter in list(self.services.dead.all(portal)):
            self.services.dead.replay(portal, letter.id)


@pytest.fixture
def settings(store_url: str, receiver: Receiver) -> Settings:
    return Settings(
        redis_url=store_url,
        linger_s=0,
        alert_url=receiver.url,
        runbook_url="https://wiki.example/runbook",
    )


@pytest.fixture
def town(store: redis.Redis, settings: Settings) -> Town:
    return Town(services.connect(settings), count(501))


def until(true: Callable[[], bool]) -> None:
    """Wait for something that has to happen soon."""
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
