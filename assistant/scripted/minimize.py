"""A failing story made short: only the turns that its failure needs. Zeller and Hildebrandt, TSE 2002 (delta debugging, ddmin)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..assistant import Assistant
from ..stories import Story, Turn
from .files import Scripted, as_yaml
from .run import Result, play


@dataclass(frozen=True)
class Shortened:
    """A story that fails in the same way with fewer turns. plays: how often it was told to find out."""

    story: Story
    turns_before: int
    plays: int

    @property
    def yaml(self) -> str:
        """The story as a file that can be kept."""
        return as_yaml([self.story.model_dump(mode="json", exclude_unset=True)])


def minimize(failed: Result, assistant: Assistant) -> Shortened:
    """The failed story with a smallest set of turns before the failing one: taking out any one of them changes what is wrong.

    The failing turn keeps all that it expects, and the same of it must be wrong; of the turns before only the messages are kept.
    ValueError for a story that went as expected.
    """
    if failed.as_expected:
        raise ValueError("the story goes as expected, so there is no failure to keep")
    story, wrong = failed.scripted.story, _wrong(failed)
    last = story.turns[len(failed.turns) - 1]
    before = [Turn(shopper=turn.shopper) for turn in story.turns[: len(failed.turns) - 1]]
    plays = 0

    def still_fails(turns: Sequence[Turn]) -> bool:
        nonlocal plays
        plays += 1
        result = play(_told(failed.scripted, [*turns, last]), assistant)
        return len(result.turns) == len(turns) + 1 and _wrong(result) == wrong

    kept = smallest(before, still_fails)
    short = _told(failed.scripted, [*kept, last]).story
    return Shortened(short.model_copy(update={"story": f"{story.story}, in short"}), len(story.turns), plays)


def smallest(turns: Sequence[Turn], fails: Callable[[Sequence[Turn]], bool]) -> list[Turn]:
    """A part of the turns, in their order, that still fails and of which none can go; the turns as they are when nothing can.

    Halves are taken out first, then quarters, and so on, down to single turns.
    """
    kept, parts = list(turns), 1
    while kept and parts <= len(kept):
        size = -(-len(kept) // parts)
        shorter = (kept[:start] + kept[start + size :] for start in range(0, len(kept), size))
        found = next((rest for rest in shorter if fails(rest)), None)
        if found is not None:
            kept, parts = found, max(parts - 1, 2)
        elif size == 1:
            break
        else:
            parts = min(parts * 2, len(kept))
    return kept


def _told(scripted: Scripted, turns: Sequence[Turn]) -> Scripted:
    return replace(scripted, story=scripted.story.model_copy(update={"turns": list(turns)}))


def _wrong(result: Result) -> frozenset[tuple[str, str, str]]:
    """What is wrong at the last turn played: by name, with what was expected and what came; of texts not what came."""
    return frozenset(
        (wrong.what, wrong.expected, "" if wrong.what.startswith("reply.") else wrong.got)
        for wrong in result.turns[-1].wrong
    )
