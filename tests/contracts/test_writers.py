"""What every writer owes, written once: behind a server and in this process."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from assistant.reading.llm_server import ChatServer, Endpoint
from assistant.writing.model import ModelWriter
from assistant.writing.server import ServerWriter
from assistant.writing.wording import spoken
from assistant.writing.writer import Writer
from retrieval.errors import ShopError
from tests.assistant.recorded_server import recorded, streamed
from tests.assistant.test_claims import script
from tests.assistant.test_writer_model import TEMPLATE
from tests.assistant.tiny_model import make_tiny_model

NONSENSE = ("Every lamp ", "is waterproof. ", "Free delivery ", "by tomorrow.")


class WriterContract:
    def test_a_draft_comes_in_pieces_of_text(self, writer: Writer) -> None:
        pieces = list(writer.draft(script()))
        assert len(pieces) > 1
        assert all(isinstance(piece, str) for piece in pieces)

    def test_a_draft_may_be_left_in_the_middle_and_the_next_be_asked_for(self, writer: Writer) -> None:
        begun = writer.draft(script())
        assert list(islice(begun, 1))
        begun.close()
        assert list(writer.draft(script()))

    def test_nothing_of_a_draft_is_said_that_has_no_source(self, writer: Writer) -> None:
        assert list(spoken(script(), writer)) == list(script().free)


class TestServerWriter(WriterContract):
    @pytest.fixture
    def writer(self) -> Iterator[Writer]:
        with recorded(streamed(*NONSENSE), streamed(*NONSENSE)) as server:
            writer = ServerWriter(ChatServer(Endpoint(server.url, "large")))
            yield writer
            writer.close()

    def test_a_draft_that_cannot_be_had_is_an_error_of_the_shop(self) -> None:
        with recorded() as server:
            writer = ServerWriter(ChatServer(Endpoint(server.url, "large")))
            with pytest.raises(ShopError):
                list(writer.draft(script()))
            writer.close()


class TestModelWriter(WriterContract):
    @pytest.fixture
    def writer(self, tmp_path: Path) -> Writer:
        (make_tiny_model(tmp_path) / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
        return ModelWriter(tmp_path, token_limit=30, temperature=1.0, timeout_s=60)

    def test_a_draft_that_cannot_be_had_is_an_error_of_the_shop(self, tmp_path: Path) -> None:
        with pytest.raises(ShopError):
            ModelWriter(tmp_path / "nowhere")
