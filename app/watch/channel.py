"""The ways to people: a URL that takes JSON, as Slack's webhooks do, and e-mail.

The URL is a secret, and so is the mail server's password: what is said about a failure
names neither. Certificates are checked wherever a password is sent; a mail server that
wants none gets encryption without a check rather than none.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import requests

from app.errors import HubkeeperError
from app.settings import Settings
from app.watch import words
from app.watch.message import Message

CONNECT_S = 3.05
# For each word of the conversation; see post.FLIGHT_S for all of it.
TALK_S = 5.0
SUBMISSION_PORT = 587
SUBMISSION_TLS_PORT = 465
LONGEST_SUBJECT = 120


class Undelivered(HubkeeperError):
    """A channel did not take a message; it may do so later."""


class Channel(Protocol):
    """A way to people."""

    @property
    def name(self) -> str:
        """How the channel is called."""

    def send(self, message: Message, id_: str) -> str:
        """Send a message; return in words who took it.

        Args:
            message: what to send.
            id_: the same at every try, so that a receiver can tell a repetition.

        Raises:
            Undelivered: says why, without secrets.

        """


class Webhook:
    """Posts messages to a URL."""

    name = "webhook"

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, message: Message, id_: str) -> str:
        """Post a message; what is no 2xx is a failure, a redirect too."""
        # https://docs.slack.dev/messaging/formatting-message-text#escaping
        text = message.text.replace("&", "&amp;")
        text = text.replace("<", "&lt;").replace(">", "&gt;")
        try:
            with requests.post(
                self._url,
                json={**message.fields(), "text": text, "id": id_},
                timeout=(CONNECT_S, TALK_S),
                allow_redirects=False,
                stream=True,
            ) as answer:
                status = answer.status_code
        except (requests.RequestException, ValueError) as error:
            # Its text would show the URL.
            raise Undelivered(f"ALERT_URL: {type(error).__name__}") from None
        if not 200 <= status < 300:
            raise Undelivered(f"ALERT_URL answered {status}")
        return f"ALERT_URL answered {status}"


class Mail:
    """Sends messages by e-mail."""

    name = "e-mail"

    def __init__(self, url: str, recipients: Sequence[str]) -> None:
        self._url = url
        self._recipients = recipients

    def send(self, message: Message, id_: str) -> str:
        """Send one mail to all; it is delivered if the server takes it for anybody."""
        try:
            server = urlsplit(self._url)
            mail = _mail(message, id_, _sender(server), self._recipients)
            with _connect(server) as smtp:
                _introduce(smtp, server)
                refused = smtp.send_message(mail)
        except smtplib.SMTPException as error:
            raise Undelivered(f"SMTP_URL: {_complaint(error)}") from None
        except (OSError, ValueError) as error:
            raise Undelivered(f"SMTP_URL: {type(error).__name__}") from None
        taken = len(self._recipients) - len(refused)
        return f"the mail server took it for {taken} of {len(self._recipients)}"


def channels(settings: Settings) -> list[Channel]:
    """Return the channels that the settings name."""
    found: list[Channel] = []
    if settings.alert_url:
        found.append(Webhook(settings.alert_url))
    if settings.alert_email and settings.smtp_url:
        found.append(Mail(settings.smtp_url, settings.alert_email))
    return found


def _mail(
    message: Message, id_: str, sender: str, recipients: Sequence[str]
) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = message.text[:LONGEST_SUBJECT]
    mail["From"] = sender
    mail["To"] = ", ".join(recipients)
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{id_}@{_domain(sender)}>"
    # https://www.rfc-editor.org/rfc/rfc3834#section-5
    mail["Auto-Submitted"] = "auto-generated"
    known = {**message.fields(), "text": "", "portals": ", ".join(message.portals)}
    lines = [message.text, ""]
    lines += [f"{name}: {value}" for name, value in known.items() if value]
    mail.set_content("\n".join(lines))
    return mail


def _sender(server: SplitResult) -> str:
    user = unquote(server.username or "")
    return user if "@" in user else f"hubkeeper@{socket.gethostname()}"


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _connect(server: SplitResult) -> smtplib.SMTP:
    host, here = server.hostname or "", socket.gethostname()
    if server.scheme == "smtps":
        port = server.port or SUBMISSION_TLS_PORT
        return smtplib.SMTP_SSL(host, port, here, timeout=TALK_S, context=_tls(server))
    return smtplib.SMTP(host, server.port or SUBMISSION_PORT, here, timeout=TALK_S)


def _introduce(smtp: smtplib.SMTP, server: SplitResult) -> None:
    smtp.ehlo()
    encrypted = server.scheme == "smtps"
    if not encrypted and smtp.has_extn("starttls"):
        smtp.starttls(context=_tls(server))
        encrypted = True
    if server.username:
        if not encrypted:
            raise Undelivered(
                "SMTP_URL: the server offers no STARTTLS, and a password is not sent in"
                " clear; use smtps://, or a server that needs no password"
            )
        smtp.login(unquote(server.username), unquote(server.password or ""))


def _tls(server: SplitResult) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not server.username:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _complaint(error: smtplib.SMTPException) -> str:
    """Return the server's own words where there are any."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return words.harmless(f"{error.smtp_code} {text}")
    return type(error).__name__
