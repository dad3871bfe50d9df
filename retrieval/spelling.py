"""Words that were mistyped, read as words that the shop or its shoppers use."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path

from rapidfuzz.distance import OSA

from .catalog import Catalog
from .kinds import shopper_words
from .lexical import Lexical
from .words import stem

SHORTEST = 4  # letters: what is shorter is near too many words
LONG = 7  # letters from which two slips are thought possible instead of one
RARE = 30_000  # rank of a word that the language has none for
OFTEN = 60_000  # a word of rank 2,000 counts as said 20 times by the shop, one of rank 10,000 five times

_WORD = re.compile(r"[a-z]{3,}")
_IN_TEXT = re.compile(rf"(?<![\w’'@.-])[^\W\d_]{{{SHORTEST},}}(?![\w’'@-]|\.\w)")


def english_words(base: Path) -> Mapping[str, int]:
    """The embedder's own words, some 20,000, with their rank: its vocabulary stands in the order of how common they are."""
    from tokenizers import Tokenizer

    vocabulary = Tokenizer.from_file(str(base / "tokenizer.json")).get_vocab()
    return {word: rank for word, rank in vocabulary.items() if _WORD.fullmatch(word)}


class Speller:
    """Knows the words of one catalogue and of shopper_words.toml. english: words of the language with their rank by how common they
    are: those are not mistyped, whatever the shop sells."""

    def __init__(self, catalog: Catalog, lexical: Lexical, english: Mapping[str, int]) -> None:
        self._catalog, self._lexical, self._english = catalog, lexical, english
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
        two. Of words as near one with the same consonants, then the one said most often.
        """
        if (
            word in self._english
            or word.removesuffix("s") in self._english
            or stem(word) in _said_stems()
            or self._lexical.matching(word)
        ):
            return None
        most = 2 if len(word) >= LONG else 1
        near = []
        for other in self._words:
            if other[0] == word[0] and abs(len(other) - len(word)) <= most:
                slips = OSA.distance(word, other, score_cutoff=most)
                if slips <= most:
                    near.append((slips, _consonants(other) != _consonants(word), -self._said(other), other))
        return min(near)[-1] if near else None

    def _said(self, word: str) -> float:
        """How often a word may be meant: as often as the shop and the language say it, what kinds are called by ten times as often."""
        often = self._words.get(word, 0) + OFTEN / (self._english.get(word, RARE) + 1_000)
        return often * (10 if word in _called_by() else 1)

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


def _consonants(word: str) -> str:
    """What is heard of a word besides its vowels: "black" -> "blk"."""
    return re.sub(r"[aeiouyh]+|(.)(?=\1)", "", word.replace("ph", "f").translate(_HEARD))


_HEARD = str.maketrans("cqz", "kks")


@lru_cache(maxsize=1)
def _said_words() -> tuple[str, ...]:
    written = shopper_words()
    texts = [*written.said, *(phrase for said in (*written.said.values(), *written.wishes.values()) for phrase in said)]
    return tuple(word for text in texts for word in _WORD.findall(text.lower()))


@lru_cache(maxsize=1)
def _called_by() -> frozenset[str]:
    phrases = (phrase.partition("@")[0] for name in shopper_words().said for phrase in name.split("|"))
    return frozenset(phrase.split()[-1] for phrase in phrases if phrase)


@lru_cache(maxsize=1)
def _said_stems() -> frozenset[str]:
    return frozenset(map(stem, _said_words()))
