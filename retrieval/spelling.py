"""Words that were mistyped, read as words that the shop or shoppers use."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from importlib.resources import files

from symspellpy import SymSpell, Verbosity  # type: ignore[import-untyped]
from symspellpy.suggest_item import SuggestItem  # type: ignore[import-untyped]

from .catalog import Catalog
from .evidence import COLOR_WORDS
from .kinds.of_listings import shopper_words
from .lexical import Lexical
from .words import stem

SHORTEST = 4  # letters: what is shorter is near too many words
SURE = 5  # letters from which any word may be meant; of shorter ones only what kinds are called by, and colours, with a letter left out
LONG = 7  # letters from which two slips are thought possible instead of one
RARE = 90_000  # rank of a word that the language has none for
SELDOM = 50_000  # rank of a word that is so rare that a colour with a letter left out is meant by it
OFTEN = 60_000  # a word of rank 2,000 counts as said 20 times by the shop, one of rank 10,000 five times
# Shortened words that people write without their apostrophe.
_SHORTENED = frozenset(
    "arent cant couldnt didnt doesnt dont hadnt hasnt havent isnt shouldnt thats theyre theyve wasnt werent whats wont wouldnt"
    " youre youve".split()
)

_WORD = re.compile(r"[a-z]{3,}")
_IN_TEXT = re.compile(rf"(?<![\w’'@.-])[^\W\d_]{{{SHORTEST},}}(?![\w’'@-]|\.\w)")


@lru_cache(maxsize=1)
def english_words() -> Mapping[str, int]:
    """82,000 words of English with their rank, the most common first: the list that symspellpy ships, made by Wolf Garbe from Google's
    n-grams and SCOWL."""
    listed = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    return {line.split()[0]: rank for rank, line in enumerate(listed.splitlines()) if line}


class Speller:
    """Knows the words of one catalogue and of shopper_words.toml, and those of English that shoppers use whatever is sold.

    english: words of the language with their rank by how common they are: those are not mistyped, whatever the shop sells.
    everyday: gives what shoppers say, of which the English words may be meant: "chepaer" is "cheaper" before it is "chopper". Asked
    when the first unknown word comes.
    """

    def __init__(
        self,
        catalog: Catalog,
        lexical: Lexical,
        english: Mapping[str, int],
        everyday: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._catalog, self._lexical, self._english, self._everyday = catalog, lexical, english, everyday
        self._lock = threading.Lock()
        self.meant = lru_cache(maxsize=10_000)(self._meant)

    def mended(self, text: str) -> str:
        """The text with each mistyped word as it was probably meant: "winter jaket" -> "winter jacket"."""
        return _IN_TEXT.sub(lambda match: self.meant(match.group().lower()) or match.group(), text)

    def slips(self, text: str) -> dict[str, str]:
        """Each mistyped word of the text -> the word that was probably meant."""
        return {word: meant for word in _IN_TEXT.findall(text.lower()) if (meant := self.meant(word))}

    def _meant(self, word: str) -> str | None:
        """The word of the shop or of shoppers that this one is a slip of; None for a known word, and where nothing is near.

        A slip is a letter too many, too few, another one or two swapped ones, after the first letter (optimal string alignment). In
        long words two, where all consonants are those that were meant. Of words as near one with the same consonants, then the one
        that is said most often.
        """
        if word in _SHORTENED or self._is_english(word):
            return None
        if stem(word) in _said_stems() or self._lexical.matching(word):
            return None
        near = []
        for found in self._near(word):
            same = _consonants(found.term) == _consonants(word)
            known = found.term in _called_by() or found.term in COLOR_WORDS
            sure = len(word) >= SURE or (known and _lacks_one(word, found.term))
            if found.term[0] == word[0] and sure and (found.distance < 2 or same):
                near.append((found.distance, not same, -self._said(found.term), found.term))
        return min(near)[-1] if near else None

    def _is_english(self, word: str) -> bool:
        """Whether the language has the word, and nobody who shops can mean a colour by it: "wite" is a word, and "white"."""
        rank = min(self._english.get(one, RARE) for one in (word, word.removesuffix("s")))
        return rank < RARE and not (rank > SELDOM and any(_is_short_of(word, color) for color in COLOR_WORDS))

    def _near(self, word: str) -> Sequence[SuggestItem]:
        with self._lock:  # counted when the first unknown word comes: a second or two for 20,000 products
            index = self._index
        return list(index.lookup(word, Verbosity.CLOSEST, 2 if len(word) >= LONG else 1))

    def _said(self, word: str) -> float:
        """How often a word may be meant: as often as the shop and the language say it, what kinds are called by ten times as often."""
        often: float = self._index.words.get(word, 0) + OFTEN / (self._english.get(word, RARE) + 1_000)
        return often * (10 if word in _called_by() else 1)

    @cached_property
    def _index(self) -> SymSpell:
        """Every word of the listings and of shoppers with how often it is said, to be found by words near it."""
        counts = Counter(_said_words())
        counts.update(word for word in self._everyday() if word in self._english)
        for text in self._catalog.texts():
            counts.update(_WORD.findall(text.lower()))
        index = SymSpell(max_dictionary_edit_distance=2)
        for word, count in counts.items():
            index.create_dictionary_entry(word, count)
        return index


def _lacks_one(word: str, other: str) -> bool:
    """Whether a letter of the other is left out, not its last."""
    return len(word) < len(other) and word[-1] == other[-1]


def _is_short_of(word: str, other: str) -> bool:
    """Whether the word is the other with one letter left out, neither its first nor its last."""
    return any(word == other[:place] + other[place + 1 :] for place in range(1, len(other) - 1))


def _consonants(word: str) -> str:
    """What is heard of a word besides its vowels: "black" -> "blk"."""
    return re.sub(r"[aeiouyh]+|(.)(?=\1)", "", word.replace("ph", "f").translate(_HEARD))


_HEARD = str.maketrans("cqz", "kks")


@lru_cache(maxsize=1)
def _said_words() -> tuple[str, ...]:
    written = shopper_words()
    texts = [*written.said, *(phrase for said in (*written.said.values(), *written.wishes.values()) for phrase in said)]
    return (*COLOR_WORDS, *(word for text in texts for word in _WORD.findall(text.lower())))


@lru_cache(maxsize=1)
def _called_by() -> frozenset[str]:
    phrases = (phrase.partition("@")[0] for name in shopper_words().said for phrase in name.split("|"))
    return frozenset(phrase.split()[-1] for phrase in phrases if phrase)


@lru_cache(maxsize=1)
def _said_stems() -> frozenset[str]:
    return frozenset(map(stem, _said_words()))
