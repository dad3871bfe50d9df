"""Which of several products a message means by what they are like or have: "the grey one", "the one with the brass base"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from retrieval.evidence import COLORS, MATERIALS, judge
from retrieval.product import Product
from retrieval.query import Constraints
from retrieval.superlative import by
from retrieval.words import content_stems, content_words, stem

from ..mentions import SUPERLATIVES, says_the, says_which
from ..model import Answer, DialogueState, Outcome, Parse
from ..parts import Parts
from ..places import says_a_place

WHICH = "Which of them do you mean?"
FIELDS = ("color", "material", "features")
_RANKING = frozenset(
    "cheap cheaper cheapest dearer dearest pricier priciest more most less least expensive better best top high"
    " higher highest low lower lowest rated priced".split()
)
_COLORED = COLORS | MATERIALS
_ARTICLE = r"(?:the|that|this)"
_SO = re.compile(rf"\b{_ARTICLE} ((?:(?!{_ARTICLE}\b)[\w'-]+ ){{1,3}})ones?\b")
_WITH = re.compile(r"\b(?:the|that) ones? (?:with|in|of|made of|made from) (?:(?:the|a|an) )?([\w'-]+(?: [\w'-]+)?)")


def looks_in(message: str) -> list[tuple[str, ...]]:
    """The words of each thing that the message calls "one" and describes: [("grey",), ("brass", "base")] of "the grey one and the one
    with the brass base"; empty where it counts a place instead."""
    text = message.lower()
    if says_a_place(text):
        return []
    found = sorted([*_SO.finditer(text), *_WITH.finditer(text)], key=lambda match: match.start())
    return [words for match in found if (words := content_words(match[1]))]


def so_looking(parse: Parse, products: Sequence[Product], before: Sequence[Product] = ()) -> list[Product]:
    """Of the products those that are stated to be as the message describes the ones it means; empty where none is, or nothing is
    described. Of several that are so, those whose title says it. before: others, of which one that has more of the words is meant."""
    if parse.products or any(ref in SUPERLATIVES or ref == "all" for ref in parse.slots.ref):
        return []
    found = [product for words in looks_in(parse.message) for product in _most_so(words, products, before)]
    return list({product.id: product for product in found}.values())


def ranked_so(parse: Parse, products: Sequence[Product]) -> list[Product]:
    """Of "the cheapest scary one" the cheapest of the products that are stated to be as it says beside its rank; empty where none is."""
    words, ranks = _beside_rank(parse), [sort for ref in parse.slots.ref if (sort := SUPERLATIVES.get(str(ref)))]
    return by(ranks[0], [one for one in products if is_all_of(one, words)])[:1] if words and len(ranks) == 1 else []


def _beside_rank(parse: Parse) -> tuple[str, ...]:
    """By what the message describes the one that it means by its rank too: ("scary",) of "the cheapest scary one"."""
    return tuple(word for words in looks_in(parse.message) for word in words if word not in _RANKING)


def seen_before(state: DialogueState, parts: Parts) -> list[Product]:
    """What was shown for the need under way and is not on the table: of plants for which pots are looked for none is "the white one"."""
    of_others = {one for need in state.earlier for one in need.found}
    seen = state.seen - {*state.shown} - of_others
    of_kind = (
        parts.searcher.matching(Constraints(product=state.constraints.product)) if state.constraints.kind else seen
    )
    return parts.catalog.get_many(sorted(seen & of_kind))


def none_so(parse: Parse, state: DialogueState, parts: Parts, meant: Sequence[Product] = ()) -> Outcome | None:
    """The question which is meant, where one is pointed at by a colour or a material, or by a word that titles here have, that nothing
    shown for the need is stated to have, nor a variant of it: the place that was read instead is a guess. meant: what an act is about, of
    which the message may say a colour without "one"."""
    ranked = any(ref in SUPERLATIVES for ref in parse.slots.ref)
    looks = [*filter(None, [_beside_rank(parse)])] if ranked else looks_in(parse.message)
    each: list[tuple[str, ...]] = [(word,) for words in looks for word in words if stem(word) in _COLORED]
    alone = [words[0] for words in looks if len(words) == 1 and words[0] not in parse.slots.size]
    named = [] if each else [word for word in alone if ranked or _names_something(word, parts)]
    among = list(meant)
    if each or named:
        ids = dict.fromkeys((*state.shown, *((state.focus,) if state.focus else ())))
        among = [*parts.catalog.get_many(ids), *seen_before(state, parts)] if state.shown else []
    elif meant and (pointed := colors_pointed_at(parse)):
        each = [pointed]
    if not (each or named) or not among or parse.products:
        return None
    if any(is_so_colored(one, colors) for one in _with_variants(among, parts) for colors in each):
        return None
    if any(is_all_of(one, [word]) for one in (*among, *meant) for word in named):
        return None
    so = f"stated to be {' or '.join(map(' and '.join, each))}" if each else f"called “{' or '.join(named)}”"
    text = f"None of these is {so}. {WHICH}"
    return Outcome(cart=state.cart, answer=Answer(text, (text,), found=False))


def _names_something(word: str, parts: Parts) -> bool:
    """Whether the shop has something whose title says the word: "panda" says what is meant, "other" does not."""
    return bool(parts.searcher.lexical.matching(word, columns="title"))


def colors_pointed_at(parse: Parse) -> tuple[str, ...]:
    """The colours by which a message points at something shown, with no place in a list: "the grey one", "the red kayak". Of one that
    was read as a wish only where it is said of a known thing, since "in red" may be a variant, or where by nothing else a thing is taken:
    "the grey, please"."""
    slots = parse.slots
    taken = parse.intent == "cart_add" and slots.product is None and not says_which(parse.message)
    if parse.products or says_a_place(parse.message):
        return ()
    if slots.color and not taken:
        return tuple(color for color in slots.color if says_the(parse.message, color))
    alone = len(parse.acts) < 2  # of "into the cart, and white socks" only the socks are white
    said = [word for word in content_words(parse.message) if stem(word) in COLORS and word not in slots.exclude]
    return tuple(word for word in said if alone or says_the(parse.message, word))


def is_so_colored(product: Product, colors: Sequence[str]) -> bool:
    return all(_is_so(product, color, ("color", "material")) for color in colors)


def is_all_of(product: Product, words: Iterable[str]) -> bool:
    """Whether the product is stated to be, or is called, all that the words say."""
    return all(_is_so(product, word, FIELDS) for word in words)


def beyond_looks(asked: str, message: str) -> str:
    """What is asked of the products; "" where the words only say which are meant: "tell me more about the brass one"."""
    own = {stem(word) for words in looks_in(message) for word in words}
    return "" if set(content_stems(asked)) <= own else asked


def without_looks(message: str) -> str:
    """The message with "it" for what it describes: "how much is the copper one" asks what "how much is it" asks."""
    return _WITH.sub("it", _SO.sub("it", message.lower())) if looks_in(message) else message


def _most_so(words: Sequence[str], products: Sequence[Product], before: Sequence[Product]) -> list[Product]:
    """Those that have the most of the words, where any has one; of these, those that have the most of them in their titles. Of the ones
    from before only where none of the others has as many."""
    counts = {one.id: sum(_is_so(one, word, FIELDS) for word in words) for one in (*products, *before)}
    most = max(counts.values(), default=0)
    best = [one for one in products if counts[one.id] == most > 0] or [
        one for one in before if counts[one.id] == most > 0
    ]
    in_title = {one.id: len({stem(word) for word in words} & set(content_stems(one.title))) for one in best}
    return [one for one in best if in_title[one.id] == max(in_title.values())]


def _is_so(product: Product, word: str, fields: Iterable[str]) -> bool:
    return any(judge(product, field, word).status == "met" for field in fields)


def _with_variants(products: Iterable[Product], parts: Parts) -> list[Product]:
    return [variant for product in products for variant in parts.catalog.variants(product)]
