"""A real mail server on this machine that keeps what it is sent, and refuses what a test tells it to."""

from __future__ import annotations

import asyncio
import ssl
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult


class MailServer:
    """Serves until `close`. tls: with it, STARTTLS and a password are asked for.

    mails: as accepted, in order; to: who gets each. answers: to the next recipients, instead of a yes. tries: mails begun. known: the
    user and password last given.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.mails: list[EmailMessage] = []
        self.to: list[list[str]] = []
        self.answers: list[str] = []
        self.tries = 0
        self.known: tuple[str, str] | None = None
        self._loop = asyncio.new_event_loop()
        asks = {"tls_context": tls, "require_starttls": True, "auth_required": True, "authenticator": self._know}
        talking = partial(SMTP, self, loop=self._loop, **(asks if tls else {}))
        listening = self._loop.create_server(talking, "127.0.0.1", 0)
        self._server = self._loop.run_until_complete(listening)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """HOST:PORT."""
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.tries += 1
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.to.append(envelope.rcpt_tos)
        return "250 OK"

    def _know(self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        self.known = (given.login.decode(), given.password.decode())
        return AuthResult(success=True)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._stopped(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stopped(self) -> None:
        self._server.close()
        await self._server.wait_closed()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)
