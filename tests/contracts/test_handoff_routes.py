"""What every way to the shop's staff owes, written once: by signed message, by e-mail, into Chatwoot, into the inbox."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from assistant.model import Exchange
from assistant.outbound.attachments import Attachment
from assistant.outbound.chatwoot import ByChatwoot
from assistant.outbound.enclosures import Enclosure
from assistant.outbound.handoff import HandoffDesk, HandoffRules, Route
from assistant.outbound.handover import Handoff
from assistant.outbound.letters import Letters
from assistant.outbound.review_alerts import Notice
from assistant.outbound.routes import MAIL_FILES, ByMail, ByWebhook, ToInbox
from assistant.outbound.webhook import ATTEMPTS, NotDelivered, Webhook
from retrieval.errors import BadInput
from tests.chatwoot_server import INBOX, ChatwootServer
from tests.fakes import LETTER
from tests.mail_server import MailServer
from tests.webhook_server import SECRET, WebhookServer


@pytest.fixture
def letters(tmp_path: Path) -> Iterator[Letters]:
    letters = Letters(f"sqlite:///{tmp_path / 'sessions.db'}")
    yield letters
    letters.close()


BILL = Enclosure(
    Attachment(1, "bill.pdf", "application/pdf", 4, datetime(2026, 5, 1, 12, tzinfo=UTC)),
    b"bill",
    "https://chat.shop.example/files/x",
    datetime(2026, 5, 8, 12, tzinfo=UTC),
)


def body(mail: EmailMessage) -> str:
    text = mail.get_body(("plain",))
    assert text is not None
    return str(text.get_content())


def _certified(folder: Path) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate of its own in `cert.pem`."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(key), "-out", str(cert)]
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(["openssl", "req", "-x509", "-days", "2", *made, *named], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


class RouteContract:
    def test_what_is_delivered_has_its_reference_and_is_not_kept_as_trouble(
        self, route: Route, letters: Letters
    ) -> None:
        desk = HandoffDesk(HandoffRules(hours="always"), route, letters)
        assert desk.pass_on(LETTER) == Handoff("H-00000001", route.by, "asked", "always")
        assert [one.trouble for one in letters.all() if one.trouble] == []

    def test_the_same_letter_twice_is_no_second_letter(self, route: Route, kept: Kept) -> None:
        assert route.deliver(LETTER) == route.deliver(LETTER)
        assert len(set(kept())) == 1

    def test_it_goes_out_whole(self, route: Route, kept: Kept) -> None:
        route.deliver(LETTER)
        (text,) = kept()
        for part in ("H-00000001", "tote bag under $40", "Market Tote Bag", "29.00", "58.00", "café needs a person"):
            assert part in text


class DeliveredElsewhere(RouteContract):
    def test_what_is_not_delivered_is_kept_until_it_is(
        self, route: Route, refusing: Refusing, letters: Letters
    ) -> None:
        desk = HandoffDesk(HandoffRules(), route, letters)
        refusing(ATTEMPTS)
        with pytest.raises(NotDelivered) as failure:
            desk.pass_on(LETTER)
        (lying,) = letters.all()
        assert (lying.letter, lying.trouble) == (LETTER, failure.value.detail)
        assert desk.pass_on(lying.letter).reference == "H-00000001"

    def test_what_passes_is_tried_again(self, route: Route, refusing: Refusing, kept: Kept) -> None:
        refusing(ATTEMPTS - 1)
        route.deliver(LETTER)
        assert len(set(kept())) == 1


class Kept:
    """What came, as text; the same letter twice is twice the same."""

    def __init__(self, came: object) -> None:
        self._came = came

    def __call__(self) -> list[str]:
        if isinstance(self._came, WebhookServer):
            return [str(body) for body in self._came.taken.values()]
        if isinstance(self._came, ChatwootServer):
            return [one["content"] for messages in self._came.messages.values() for one in messages]
        if isinstance(self._came, MailServer):
            return [f"{mail['Message-ID']} {mail['Subject']} {mail.get_content()}" for mail in self._came.mails]
        assert isinstance(self._came, Letters)
        return [f"{asdict(one.letter)}" for one in self._came.all()]


class Refusing:
    """The next so many attempts fail for a passing reason."""

    def __init__(self, server: WebhookServer | MailServer | ChatwootServer, answers: int = 1) -> None:
        self._server, self._answers = server, answers  # answers: to one attempt

    def __call__(self, times: int) -> None:
        if not isinstance(self._server, MailServer):
            self._server.statuses = [503] * times
        else:
            self._server.answers = ["451 later"] * times * self._answers


class TestByWebhook(DeliveredElsewhere):
    @pytest.fixture
    def server(self) -> Iterator[WebhookServer]:
        server = WebhookServer()
        yield server
        server.close()

    @pytest.fixture
    def route(self, server: WebhookServer) -> Iterator[ByWebhook]:
        route = ByWebhook(Webhook(server.url, SECRET, sleep=lambda _: None))
        yield route
        route.close()

    @pytest.fixture
    def kept(self, server: WebhookServer) -> Kept:
        return Kept(server)

    @pytest.fixture
    def refusing(self, server: WebhookServer) -> Refusing:
        return Refusing(server)

    def test_the_reference_of_the_shop_s_helpdesk_counts(self, server: WebhookServer, route: ByWebhook) -> None:
        server.answer = {"reference": 4711}
        assert route.deliver(LETTER) == "4711"

    def test_the_message_is_the_letter(self, server: WebhookServer, route: ByWebhook) -> None:
        route.deliver(LETTER)
        transcript = [{"shopper": one.shopper, "shop": one.shop} for one in LETTER.transcript]
        expected = {"type": "handoff.requested", **asdict(LETTER), "transcript": transcript, "files": []}
        assert server.taken == {"handoff_1": expected}

    def test_a_file_that_comes_later_is_an_event_with_a_link(self, server: WebhookServer, route: ByWebhook) -> None:
        route.deliver(replace(LETTER, id="handoff_2", why="attached", files=(1,)), [BILL])
        told = server.taken["handoff_2"]
        assert (told["type"], told["reference"]) == ("handoff.file_attached", "H-00000001")
        assert told["files"] == [
            {
                "number": 1,
                "name": "bill.pdf",
                "type": "application/pdf",
                "size": 4,
                "sha256": "623210167553939c87ed8c5f2bfe0b3e0684e12c3a3dd2513613c4e67263b5a1",  # printf bill | sha256sum
                "url": "https://chat.shop.example/files/x",
                "expires": "2026-05-08T12:00:00+00:00",
            }
        ]


class TestByMail(DeliveredElsewhere):
    @pytest.fixture
    def server(self) -> Iterator[MailServer]:
        server = MailServer()
        yield server
        server.close()

    @pytest.fixture
    def route(self, server: MailServer) -> ByMail:
        return ByMail(f"smtp://{server.address}", "help@shop.example, b@shop.example", sleep=lambda _: None)

    @pytest.fixture
    def kept(self, server: MailServer) -> Kept:
        return Kept(server)

    @pytest.fixture
    def refusing(self, server: MailServer) -> Refusing:
        return Refusing(server, 2)  # there are two addresses

    def test_a_shopper_s_words_are_no_headers(self, server: MailServer, route: ByMail) -> None:
        route.deliver(LETTER)
        assert server.to == [["help@shop.example", "b@shop.example"]]
        assert (server.mails[0]["Bcc"], server.mails[0]["From"]) == (None, "help@shop.example")

    def test_the_letters_of_a_conversation_are_one_thread(self, server: MailServer, route: ByMail) -> None:
        for letter in (LETTER, replace(LETTER, id="handoff_2")):
            route.deliver(letter)
        assert {mail["References"] for mail in server.mails} == {"<H-00000001@shop.example>"}
        assert len({mail["Message-ID"] for mail in server.mails}) == 2

    def test_a_file_goes_along_in_the_same_thread(self, server: MailServer, route: ByMail) -> None:
        route.deliver(LETTER)
        route.deliver(replace(LETTER, id="handoff_2", why="attached", transcript=(), files=(1,)), [BILL])
        _, mail = server.mails
        assert (mail["Subject"], mail["References"]) == ("File attached: H-00000001", "<H-00000001@shop.example>")
        (attached,) = mail.iter_attachments()
        assert (attached.get_filename(), attached.get_content_type()) == ("bill.pdf", "application/pdf")
        assert (attached.get_content_disposition(), attached.get_content()) == ("attachment", b"bill")
        assert "File: bill.pdf (application/pdf, 4 bytes), attached" in body(mail)

    def test_what_one_mail_cannot_hold_is_a_link(self, server: MailServer, route: ByMail) -> None:
        large = replace(BILL, content=bytes(MAIL_FILES))
        route.deliver(LETTER, [BILL, large])
        assert [one.get_content() for one in server.mails[0].iter_attachments()] == [b"bill"]
        assert "bytes), https://chat.shop.example/files/x" in body(server.mails[0])
        route.deliver(replace(LETTER, id="handoff_2"), [BILL, replace(large, url=None)])
        assert "too large for a mail: save it from the operator's page" in body(server.mails[1])

    def test_half_a_character_is_sent_as_a_question_mark(self, server: MailServer, route: ByMail) -> None:
        route.deliver(replace(LETTER, transcript=(Exchange("\ud83d", ""),)))
        assert "Shopper: ?" in server.mails[0].get_content()

    def test_one_address_of_two_is_enough(self, server: MailServer, route: ByMail) -> None:
        server.answers = ["550 nobody of that name"]
        assert route.deliver(LETTER) == "H-00000001"
        assert server.to == [["b@shop.example"]]

    def test_an_address_that_is_not_there_is_not_tried_again(self, server: MailServer, route: ByMail) -> None:
        server.answers = ["550 nobody of that name"] * 2
        with pytest.raises(NotDelivered, match="refuses every address"):
            route.deliver(LETTER)
        assert server.tries == 1

    def test_a_password_is_not_sent_without_tls(self, server: MailServer) -> None:
        route = ByMail(f"smtp://user:secret@{server.address}", "help@shop.example", sleep=lambda _: None)
        with pytest.raises(NotDelivered, match="no TLS, so the password is not sent"):
            route.deliver(LETTER)
        assert server.tries == 0

    @pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate")
    def test_a_password_goes_over_tls_to_a_server_whose_certificate_is_trusted(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = MailServer(_certified(tmp_path))
        route = ByMail(f"smtp://shop:p%40ss@{server.address}", "help@shop.example", sleep=lambda _: None)
        with closing(server):
            with pytest.raises(NotDelivered, match="certificate verify failed"):
                route.deliver(LETTER)
            assert (server.known, server.mails) == (None, [])
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
            route.deliver(LETTER)
            assert (server.known, len(server.mails)) == (("shop", "p@ss"), 1)

    def test_tls_is_not_given_up_where_it_was_asked_for(self, server: MailServer) -> None:
        route = ByMail(f"smtps://{server.address}", "help@shop.example", timeout_s=0.5, sleep=lambda _: None)
        with pytest.raises(NotDelivered, match="cannot be used"):
            route.deliver(LETTER)
        assert server.mails == []

    def test_a_server_that_is_not_there_is_not_delivered(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        with pytest.raises(NotDelivered, match="cannot be used"):
            ByMail(f"smtp://127.0.0.1:{port}", "help@shop.example", sleep=lambda _: None).deliver(LETTER)

    @pytest.mark.parametrize("url", ["http://mail.example", "mail.example:25", "smtp://"])
    def test_an_address_that_is_no_mail_server_is_refused_at_the_start(self, url: str) -> None:
        with pytest.raises(BadInput, match="no mail server"):
            ByMail(url, "help@shop.example")


class TestByChatwoot(DeliveredElsewhere):
    @pytest.fixture
    def server(self) -> Iterator[ChatwootServer]:
        server = ChatwootServer()
        yield server
        server.close()

    @pytest.fixture
    def route(self, server: ChatwootServer) -> Iterator[ByChatwoot]:
        route = ByChatwoot(f"{server.address}/", INBOX, sleep=lambda _: None)
        yield route
        route.close()

    @pytest.fixture
    def kept(self, server: ChatwootServer) -> Kept:
        return Kept(server)

    @pytest.fixture
    def refusing(self, server: ChatwootServer) -> Refusing:
        return Refusing(server)

    def test_the_same_letter_twice_is_one_message(self, server: ChatwootServer, route: ByChatwoot) -> None:
        route.deliver(LETTER)
        route.deliver(LETTER)
        assert (server.contacts, len(server.messages[17])) == ({"s_1": "Shopper H-00000001"}, 1)

    def test_what_comes_later_of_a_conversation_stands_in_it_with_its_file(
        self, server: ChatwootServer, route: ByChatwoot
    ) -> None:
        route.deliver(LETTER)
        route.deliver(replace(LETTER, id="handoff_2", why="attached", transcript=(), files=(1,)), [BILL])
        route.deliver(replace(LETTER, id="handoff_3", session="s_2", reference="H-00000002"))
        assert server.conversations == {"s_1": 17, "s_2": 18}
        first, later = server.messages[17]
        assert (first["files"], later["files"]) == ([], [("bill.pdf", "application/pdf", b"bill")])
        assert "has attached a file" in later["content"]

    def test_a_refusal_is_not_tried_again(self, server: ChatwootServer) -> None:
        with pytest.raises(NotDelivered, match="answered 404"):
            ByChatwoot(server.address, "another", sleep=lambda _: None).deliver(LETTER)
        assert len(server.tries) == 1

    def test_what_does_not_answer_as_chatwoot_is_not_delivered(self) -> None:
        class Elsewhere(ChatwootServer):
            def take(self, method: str, path: str, kind: str, body: bytes) -> tuple[int, object]:
                return 200, {"hello": "world"}

        server = Elsewhere()
        with closing(server), pytest.raises(NotDelivered, match="otherwise than Chatwoot"):
            ByChatwoot(server.address, INBOX, sleep=lambda _: None).deliver(LETTER)

    def test_notices_of_the_shop_come_too(self, server: ChatwootServer, route: ByChatwoot) -> None:
        route.tell(Notice("reviews_1", "Reviews turn bad: arm", "2 of 9 displeased", {}))
        assert server.messages[17][0]["content"].startswith("Reviews turn bad: arm\n\n2 of 9 displeased")


class TestToInbox(RouteContract):
    @pytest.fixture
    def route(self, letters: Letters) -> ToInbox:
        return ToInbox(letters)

    @pytest.fixture
    def kept(self, letters: Letters) -> Kept:
        return Kept(letters)

    def test_letters_survive_the_process_and_go_with_their_conversation(self, tmp_path: Path, route: ToInbox) -> None:
        route.deliver(LETTER)
        again = Letters(f"sqlite:///{tmp_path / 'sessions.db'}")
        assert [one.letter for one in again.all()] == [LETTER]
        assert (again.erase(["s_2"]), again.erase(["s_1", "s_2"])) == (0, 1)
        again.close()
        assert not any(b"needs a person" in file.read_bytes() for file in tmp_path.iterdir())

    def test_a_database_that_cannot_be_written_is_not_delivered(self, letters: Letters, route: ToInbox) -> None:
        with letters._engine.begin() as db:
            db.exec_driver_sql("DROP TABLE handoff_letters")
        with pytest.raises(NotDelivered, match="inbox cannot be written"):
            HandoffDesk(HandoffRules(), route, letters).pass_on(LETTER)
