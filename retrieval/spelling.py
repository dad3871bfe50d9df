"""Words that were mistyped, read as words that the shop or its shoppers use."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path

from rapidfuzz.distance import OSA

from .catalog import Catalog
from .kinds import shopper_words
from .lexical import Lexical
from .words import stem

SHORTEST = 4  # letters: what is shorter is near too many words
LONG = 7  # letters from which two slips are thought possible instead of one

_WORD = re.compile(rf"[a-z]{{{SHORTEST},}}")
_IN_TEXT = re.compile(rf"(?<![\w’'@.-])[^\W\d_]{{{SHORTEST},}}(?![\w’'@-]|\.\w)")


def english_words(base: Path) -> Callable[[str], bool]:
    """Whether a word is one of the embedder's own 30,000, which are common words: those are not mistyped, whatever the shop sells."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    return lambda word: tokenizer.token_to_id(word) is not None


class Speller:
    """Knows the words of one catalogue and of shopper_words.toml. is_english: whether a word is a common one of the language."""

    def __init__(self, catalog: Catalog, lexical: Lexical, is_english: Callable[[str], bool]) -> None:
        self._catalog, self._lexical, self._is_english = catalog, lexical, is_english
        self._lock = threading.Lock()
        self.meant = lru_cache(maxsize=10_000)(self._meant)

    def mended(self, text: str) -> str:
        """The text with each mistyped word as it was probably meant: "winter jaket" -> "winter jacket"."""
        return _IN_TEXT.sub(lambda match: self.meant(match.group().lower()) or match.group(), text)

    def slips(self, text: str) -> dict[str, str]:
        """Each mistyped word of the text -> the word that was probably meant."""
        return {word: meant for word in _IN_TEXT.findall(text.lower()) if (meant := self.meant(word))}

    def _meant(self, word: str) -> str | None:
        """The word of the shop or of its shoppers that this one is a slip of; None for a known word, and where nothing is near.

        A slip is a letter too many, too few, another one or two swapped ones, after the first letter: Boytsov, "Indexing methods for
        approximate dictionary searching", 2011, calls their least number the optimal string alignment distance. One slip, in long words
        two. Of words as near the names of kinds come first, then what the catalogue says most often.
        """
        if self._is_english(word) or stem(word) in _said_stems() or self._lexical.matching(word):
            return None
        slips = 2 if len(word) >= LONG else 1
        found = [
            (distance, other not in _kind_words(), -count, other)
            for other, count in self._words.items()
            if other[0] == word[0]
            and abs(len(other) - len(word)) <= slips
            and (distance := OSA.distance(word, other, score_cutoff=slips)) <= slips
        ]
        return min(found)[-1] if found else None

    @property
    def _words(self) -> Mapping[str, int]:
        with self._lock:  # counted once, when the first unknown word comes: a second for 20,000 products
            return self._counted

    @cached_property
    def _counted(self) -> Mapping[str, int]:
        """Every word of the listings and of the shoppers with how often it is said."""
        counts = Counter(_said_words())
        for text in self._catalog.texts():
            counts.update(_WORD.findall(text.lower()))
        return counts


@lru_cache(maxsize=1)
def _said_words() -> tuple[str, ...]:
    written = shopper_words()
    texts = [*written.said, *(phrase for said in (*written.said.values(), *written.wishes.values()) for phrase in said)]
    return tuple(word for text in texts for word in _WORD.findall(text.lower()))


@lru_cache(maxsize=1)
def _kind_words() -> frozenset[str]:
    return frozenset(word for name in shopper_words().said for word in _WORD.findall(name.lower()))


@lru_cache(maxsize=1)
def _said_stems() -> frozenset[str]:
    return frozenset(map(stem, _said_words()))
