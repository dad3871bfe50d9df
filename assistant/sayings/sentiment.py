"""Whether words of feedback like, dislike or find it too dear. VADER (Hutto and Gilbert, ICWSM 2014) with words of shoppers added."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Literal

from retrieval.words import content_stems

Feeling = Literal["like", "dislike", "too_dear", "too_cheap", "unclear"]

SURE = 0.05  # VADER's own bound between neutral and not
# Valences from -4 to 4, as in VADER's lexicon: words that it lacks or that shoppers mean differently.
SHOPPERS = {
    "meh": -1.5, "ugly": -3.0, "creepy": -2.5, "ew": -2.5, "eww": -2.5, "dope": 2.5, "comfy": 2.0, "nah": -2.0, "nope": -2.0, "tacky": -2.0,
    "cheap": -1.0, "flimsy": -2.0, "plain": -0.5, "bland": -1.5, "loathe": -3.0, "solid": 1.5, "gorgeous": 3.0, "weird": -1.8, "lol": 0.3,
    "prefer": 1.5, "haha": 0.5, "hahaha": 0.5, "dead": 0.0, "evil": -0.5, "bulky": -1.5, "clunky": -1.5, "meh to": -1.5,
}  # fmt: skip
_MUCH = "expensive|pric(?:e?y|ier)|costly"
_DEAR = re.compile(rf"{_MUCH}|steep|over ?priced|out of my (?:budget|range)|too (?:much|dear|high)|can'?t afford")
_COSTS_MUCH = re.compile(rf"(?:too |so |that |very )*(?:{_MUCH}|over ?priced)(?: ones?)?")
_NOT_DEAR = re.compile(rf"\b(?:not|isn't|aren't) (?:that |so |too )*(?:{_MUCH})")
_CHEAP = re.compile(r"\btoo cheap\b|cheapo")
_DISLIKES = re.compile(
    r"\btoo \w+|\bnot (?:for me|my (?:style|thing|taste)|really|quite|that one|those|these|a fan)|\bno to\b|\bout then\b|^(?:no|out)\b"
    r"|\b(?:have|own|got|read) (?:\w+ ){0,3}already|\balready (?:have|own|got|read)|\bkeep looking\b|\bsomething else\b"
)
_NO = re.compile(r"^no\b\W*(?=i\b)")  # which answers what was said before: "no, i liked the first one"
_LIKES = re.compile(r"\bgrowing on me\b|\bso (?:him|her|me)\b|\bthat'?s (?:it|the one)\b|\bjust right\b|😍|❤|👍")


def about_price(words: str) -> bool:
    """Whether the words say nothing but that something costs much."""
    return bool(_COSTS_MUCH.fullmatch(words.lower()))


def feeling(message: str, titles: str = "") -> Feeling:
    """What the message says of the products. titles: words of the products, which name them and say nothing ("the Pretty Mug")."""
    text = _NOT_DEAR.sub(" ", message.lower().replace("’", "'"))
    if _CHEAP.search(text):
        return "too_cheap"
    if _DEAR.search(text):
        return "too_dear"
    if _LIKES.search(text):
        return "like"
    text = re.sub(r"\b(?:looks?|sounds?|feels?) like\b", "resembles", text)
    if (rest := _NO.sub("", text)) != text and feeling(rest, titles) == "like":
        return "like"
    named = set(content_stems(titles))
    plain = " ".join(word for word in text.split() if not set(content_stems(word)) & named or word in ("like", "love"))
    score = _analyzer().polarity_scores(plain)["compound"]
    if abs(score) < 0.5 and _DISLIKES.search(text):
        return "dislike"
    return "like" if score >= SURE else "dislike" if score <= -SURE else "unclear"


@cache
def _analyzer() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # here: it reads its lexicon of 7,500 words

    analyzer = SentimentIntensityAnalyzer()
    analyzer.lexicon.update(SHOPPERS)
    return analyzer
