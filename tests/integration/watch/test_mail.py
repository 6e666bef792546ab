"""Alerts by e-mail: real talk with a mail server, and no password in clear."""

from __future__ import annotations

import base64
import email
import email.policy

import pytest

from app.cli import embedded
from app.watch.channel import Mail, Undelivered
from app.watch.message import Message
from tests.integration.watch.conftest import MailServer

TELLS = Message(
    text="[hubkeeper] ALERT: portal 7: 3 dead letters",
    alert="dead-letters",
    status="alarm",
    portals=("7",),
    value=3,
    threshold=1,
    runbook="deploy/runbook.md#dead-letters",
)
PEOPLE = ("ada@example.com", "bob@example.com")


def test_a_mail_says_what_is_wrong_and_where_to_read_on(
    mail_server: MailServer,
) -> None:
    told = Mail(f"smtp://{mail_server.address}", PEOPLE).send(TELLS, "4711")

    (text,) = mail_server.mails
    mail = email.message_from_string(text, policy=email.policy.default)
    assert "the mail server took it for 2 of 2" == told
    assert TELLS.text == mail["Subject"]
    assert ", ".join(PEOPLE) == mail["To"]
    assert mail["Message-ID"].startswith("<4711@")
    assert "auto-generated" == mail["Auto-Submitted"]
    body = mail.get_content()
    assert body.startswith(TELLS.text)
    assert {"portals: 7", "runbook: deploy/runbook.md#dead-letters"} <= {
        *body.splitlines()
    }


def test_a_server_that_wants_no_password_gets_encryption_whatever_its_certificate(
    mail_server: MailServer,
) -> None:
    mail_server.starttls = True

    Mail(f"smtp://{mail_server.address}", PEOPLE).send(TELLS, "1")

    assert [True] == mail_server.encrypted


def test_a_password_is_not_sent_in_clear(mail_server: MailServer) -> None:
    way = Mail(f"smtp://ada:hush@{mail_server.address}", PEOPLE)

    with pytest.raises(Undelivered, match="offers no STARTTLS"):
        way.send(TELLS, "1")
    assert not [line for line in mail_server.lines if line.startswith("AUTH")]


def test_a_password_is_not_sent_to_a_server_that_nobody_vouches_for(
    mail_server: MailServer,
) -> None:
    mail_server.starttls = True
    way = Mail(f"smtp://ada:hush@{mail_server.address}", PEOPLE)

    with pytest.raises(Undelivered, match="SMTP_URL: SSLCertVerificationError"):
        way.send(TELLS, "1")
    assert not [line for line in mail_server.lines if line.startswith("AUTH")]


def test_a_password_may_hold_any_character(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_server.certificate))
    mail_server.starttls = True
    port = mail_server.address.rpartition(":")[2]
    way = Mail(f"smtp://ada%40example.com:h%2Fu%3Ash@127.0.0.1:{port}", PEOPLE)

    way.send(TELLS, "1")

    (login,) = (line for line in mail_server.lines if line.startswith("AUTH PLAIN"))
    assert b"\0ada@example.com\0h/u:sh" == base64.b64decode(login.split()[2])
    assert "From: ada@example.com" in mail_server.mails[0]


def test_one_wrong_address_does_not_keep_it_from_the_others(
    mail_server: MailServer,
) -> None:
    mail_server.refuse = "bob@"

    told = Mail(f"smtp://{mail_server.address}", PEOPLE).send(TELLS, "1")

    assert "the mail server took it for 1 of 2" == told


def test_a_server_that_takes_it_for_nobody_is_a_failure(
    mail_server: MailServer,
) -> None:
    mail_server.refuse = "@"

    with pytest.raises(Undelivered, match="SMTP_URL: "):
        Mail(f"smtp://{mail_server.address}", PEOPLE).send(TELLS, "1")
    assert [] == mail_server.mails


def test_no_server_is_a_failure_that_tells_no_password() -> None:
    way = Mail(f"smtp://ada:hush@127.0.0.1:{embedded.free_port()}", PEOPLE)

    with pytest.raises(Undelivered) as caught:
        way.send(TELLS, "1")
    assert "SMTP_URL: ConnectionRefusedError" == str(caught.value)


def test_a_long_alert_in_any_language_is_one_line_of_subject(
    mail_server: MailServer,
) -> None:
    long = Message("Grüße " * 100, "lag", "alarm")

    Mail(f"smtp://{mail_server.address}", PEOPLE).send(long, "1")

    mail = email.message_from_string(mail_server.mails[0], policy=email.policy.default)
    assert ("Grüße " * 20).strip() == mail["Subject"].strip()
