"""What waits for its turn is read as its turn will read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant import Assistant
from assistant.model import Exchange, Parse
from assistant.parse import AheadUse
from retrieval.search import Searcher
from retrieval.spelling import Speller
from tests.conftest import parts_with
from tests.fakes import QueuedParser, said


class ReadingParser(QueuedParser):
    """Keeps what it is to read before its turn."""

    def __init__(self, parses: Iterable[Parse]) -> None:
        super().__init__(parses)
        self.ahead, self.waiting = AheadUse(), list[tuple[str, Exchange | None]]()

    def read_ahead(self, last: Exchange) -> None:
        pass

    def read_waiting(self, waiting: Sequence[tuple[str, Exchange | None]]) -> None:
        self.waiting += waiting


def assistant_of(searcher: Searcher, parser: QueuedParser) -> Assistant:
    speller = Speller(searcher.catalog, searcher.lexical, {"desk": 1, "please": 2})
    return Assistant(replace(parts_with(searcher), parser=parser, speller=speller))


def test_what_waits_is_read_as_its_turn_asks_the_parser(searcher: Searcher) -> None:
    parser = ReadingParser(
        [said("search", product="desk lamp"), said("refine", color=("black",)), said("search", product="mug")]
    )
    assistant = assistant_of(searcher, parser)
    assistant.reply("a desk lamp", "s_1")
    assistant.read_waiting({"s_1": "in blakc please", "s_2": "a mug"})
    assistant.reply("in blakc please", "s_1")
    assistant.reply("a mug", "s_2")
    asked = [(message, state.last) for message, state in parser.asked]
    assert asked[1][0] == "in black please"
    assert parser.waiting == asked[1:]


def test_a_parser_that_reads_nothing_before_its_turn_is_not_asked_to(searcher: Searcher) -> None:
    assistant_of(searcher, QueuedParser([])).read_waiting({"s_1": "a mug", "s_2": "a lamp"})
