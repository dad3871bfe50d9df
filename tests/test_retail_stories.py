"""Stories over a real catalogue with the real models, where the folder with it is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.scripted.files import Scripted, read_stories
from assistant.scripted.run import play
from ui.cli.index import index_feeds
from ui.story_report import diff

pytestmark = [
    pytest.mark.data,
    pytest.mark.models,
    pytest.mark.timeout(900),
]  # indexing 2,465 products on a busy machine

FEED = Path(__file__).resolve().parents[2] / "shared" / "data" / "retail_store.jsonl"
SCRIPTED = read_stories([Path(__file__).resolve().parent / "stories_retail_store"])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    if not FEED.is_file():
        pytest.skip(f"{FEED} is not here")
    store = tmp_path_factory.mktemp("retail") / "store"
    index_feeds([FEED], store)
    with Assistant.open(store) as assistant:
        yield assistant


@pytest.mark.parametrize("scripted", SCRIPTED, ids=[one.story.story for one in SCRIPTED])
def test_the_story_goes_as_written(scripted: Scripted, shop: Assistant) -> None:
    result = play(scripted, shop)
    assert result.passed, diff(result)
