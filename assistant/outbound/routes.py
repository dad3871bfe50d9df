"""The ways to the shop's staff: a signed message to its server, e-mail, or the inbox in the conversations' database."""

from __future__ import annotations

import logging
import smtplib
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from email.message import EmailMessage
from itertools import accumulate
from urllib.parse import unquote, urlsplit

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from retrieval.errors import BadInput

from .checkout import Taken
from .enclosures import Enclosure
from .handover import By
from .letters import Letter, Letters
from .review_alerts import Notice
from .webhook import PATIENCE, TIMEOUT_S, NotDelivered, Webhook, attempts

log = logging.getLogger(__name__)
MAIL_FILES = 7 * 1024 * 1024  # bytes of the files of one mail: in base64 under the 10 MB that most mail servers take


class ByWebhook:
    """A server of the shop, such as that of its helpdesk. It may answer with a reference of its own."""

    by: By = "webhook"

    def __init__(self, webhook: Webhook) -> None:
        self._webhook = webhook

    def deliver(self, letter: Letter, files: Sequence[Enclosure] = ()) -> str:
        kind = "handoff.file_attached" if letter.why == "attached" else "handoff.requested"
        message = {"type": kind, **asdict(letter), "files": [one.to_json() for one in files]}
        answer = self._webhook.send(letter.id, message)
        try:
            return Taken.model_validate_json(answer or b"{}").reference or letter.reference
        except ValidationError as error:
            raise NotDelivered(
                "The answer to a handoff is not as documented.", fix="compare it with docs/handoff.md"
            ) from error

    def tell(self, notice: Notice) -> None:
        self._webhook.send(notice.id, {"id": notice.id, **notice.message})

    def close(self) -> None:
        self._webhook.close()


class ByMail:
    """A mail server, by smtp://USER:PASSWORD@HOST:PORT (STARTTLS where it is offered) or smtps:// (TLS from the first byte).

    to: addresses, separated by commas. A password never goes over a connection without TLS.
    """

    by: By = "email"

    def __init__(
        self, url: str, to: str, sender: str | None = None, *, timeout_s: float = TIMEOUT_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise BadInput("SHOP_HANDOFF_SMTP is no mail server.", fix="write smtp://HOST:PORT or smtps://HOST:PORT")
        self._tls = parts.scheme == "smtps"
        self._host, self._port = parts.hostname, parts.port or (465 if self._tls else 587)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._to, self._from = to, sender or to.split(",")[0].strip()
        self._timeout_s, self._sleep = timeout_s, sleep

    def deliver(self, letter: Letter, files: Sequence[Enclosure] = ()) -> str:
        what = "File attached" if letter.why == "attached" else "Conversation passed on"
        self._send(letter.id, f"{what}: {letter.reference}", letter.to_text(), letter.reference, files)
        return letter.reference

    def tell(self, notice: Notice) -> None:
        self._send(notice.id, notice.subject, notice.text)

    def close(self) -> None:
        """Each mail has a connection of its own."""

    def _send(
        self, mail_id: str, subject: str, text: str, thread: str | None = None, files: Sequence[Enclosure] = ()
    ) -> None:
        """thread: what all mails of a conversation refer to, so that they stand together. files: go along as far as they fit."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._from, self._to, subject
        place = self._from.rpartition("@")[2].rstrip(">")
        mail["Message-ID"] = f"<{mail_id}@{place}>"
        if thread:
            mail["References"] = f"<{thread}@{place}>"
        along = _along(files)
        mail.set_content("\n".join([text, *(_line(one, one in along) for one in files)]) if files else text)
        for one in along:
            kind, _, subtype = one.file.type.partition("/")
            mail.add_attachment(one.content, kind, subtype, filename=one.file.name)
        attempts(self._timeout_s * PATIENCE, self._sleep)(self._once, mail)

    def _once(self, mail: EmailMessage) -> None:
        """Accepted by the server for at least one address; what it says against it is NotDelivered."""
        try:
            server = self._connected()
            try:
                if refused := server.send_message(mail):
                    log.error("handoff: the mail server refused %s", ", ".join(refused))
                with suppress(smtplib.SMTPException, OSError):
                    server.quit()
            finally:
                server.close()
        except smtplib.SMTPRecipientsRefused as error:
            passing = all(400 <= code < 500 for code, _ in error.recipients.values())
            raise self._failed("refuses every address", retryable=passing) from error
        except smtplib.SMTPResponseException as error:
            said = f"answers {error.smtp_code}"
            raise self._failed(said, retryable=400 <= error.smtp_code < 500) from error
        except OSError as error:  # of which SMTPException is one
            broken = isinstance(error, smtplib.SMTPServerDisconnected) or not isinstance(error, smtplib.SMTPException)
            raise self._failed(f"cannot be used: {error}", retryable=broken) from error

    def _connected(self) -> smtplib.SMTP:
        """Connected, over TLS where the server can, and known to it."""
        context = ssl.create_default_context()
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout_s, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=self._timeout_s)
            server.ehlo()
        try:
            safe = self._tls
            if not safe and server.has_extn("starttls"):
                server.starttls(context=context)
                safe = True
            if self._user and not safe:
                raise self._failed("offers no TLS, so the password is not sent")
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _failed(self, what: str, *, retryable: bool = False) -> NotDelivered:
        return NotDelivered(
            f"The mail server at {self._host} {what}.", fix="look at SHOP_HANDOFF_SMTP and SHOP_HANDOFF_TO",
            retryable=retryable,
        )  # fmt: skip


class ToInbox:
    """The inbox that `shop handoff list` shows."""

    by: By = "inbox"

    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    def deliver(self, letter: Letter, files: Sequence[Enclosure] = ()) -> str:
        try:
            self._letters.keep(letter)
        except SQLAlchemyError as error:
            raise NotDelivered("The inbox cannot be written.", fix="look at SHOP_SESSIONS_URL") from error
        return letter.reference

    def close(self) -> None:
        """The letters are closed by the desk."""


def _along(files: Sequence[Enclosure]) -> list[Enclosure]:
    """The first of the files that one mail holds."""
    sizes = accumulate(len(one.content) for one in files)
    return [one for one, size in zip(files, sizes, strict=True) if size <= MAIL_FILES]


def _line(one: Enclosure, along: bool) -> str:
    """What a mail says of a file."""
    where = "attached" if along else one.url or "too large for a mail: save it from the operator's page"
    return f"File: {one.file.name} ({one.file.type}, {one.file.size:,} bytes), {where}"
