"""The demo shop's stories, with the real models: each passes, and each that is known to fail still does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.model import INTENTS
from assistant.scripted.files import Scripted, read_stories
from assistant.scripted.run import play
from ui.story_report import diff

pytestmark = pytest.mark.models

STORIES = Path(__file__).resolve().parents[1] / "stories"
SCRIPTED = read_stories([STORIES])


@pytest.fixture(scope="module")
def shop(demo_shop: Path) -> Iterator[Assistant]:
    with Assistant.open(demo_shop) as assistant:
        yield assistant


@pytest.mark.parametrize("scripted", SCRIPTED, ids=[one.story.story for one in SCRIPTED])
def test_the_story_goes_as_written(scripted: Scripted, shop: Assistant) -> None:
    result = play(scripted, shop)
    assert result.passed, diff(result)


def test_only_stories_in_the_folder_of_known_failures_are_marked() -> None:
    marked = {one.file.parent.name for one in SCRIPTED if one.story.expected_to_fail}
    kept = {one.file.parent.name for one in SCRIPTED if not one.story.expected_to_fail}
    assert marked <= {"known"}
    assert kept == {"stories"}
    assert sum(not one.story.expected_to_fail for one in SCRIPTED) >= 80


def test_every_intent_has_a_story() -> None:
    told = {intent for one in SCRIPTED for turn in one.story.turns for intent in turn.intent or ()}
    assert told == {*INTENTS}
