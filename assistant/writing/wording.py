"""How a turn is worded when a writer is there: each sentence of its draft is checked as it is completed, and only what passes is said.

What the composed reply denies, asks or admits is said in its own words, before or after the draft, and so is whatever the draft leaves
out or states wrongly.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from retrieval.errors import ShopError
from retrieval.product import Product

from ..model import Card, DialogueState, Outcome
from ..parts import Parts
from ..reply import NAMED, sponsored_words
from ..said_back import need_phrase
from ..sentence import key, plain_marks, sentences, tokens
from .claims import DENIALS, Evidence, Fault, Said, faults
from .facts import known
from .writer import Script, Writer

log = logging.getLogger(__name__)
FAULTS_BORNE = 2  # sentences of one draft that may fail; after that nothing more of it is read
SENTENCES_READ = 6


@dataclass
class Report:
    """How a draft fared. faults: of each sentence that was stopped, with the sentence."""

    passed: list[str] = field(default_factory=list)
    stopped: list[tuple[str, list[Fault]]] = field(default_factory=list)
    failure: str = ""


def told(
    message: str, composed: str, outcome: Outcome, cards: Sequence[Card], state: DialogueState, parts: Parts
) -> Iterator[str]:
    """The reply's text in pieces: the composed text whole, or sentence by sentence as the writer words what it may word."""
    if parts.writer is None or not written(outcome):
        yield composed
        return
    ids = [*outcome.listed, *([outcome.focus] if outcome.focus else [])]
    script = script_for(
        message, composed, outcome, cards, state, products=parts.catalog.get_many(ids), currency=parts.currency
    )
    for place, sentence in enumerate(spoken(script, parts.writer)):
        yield f" {sentence}" if place else sentence


def written(outcome: Outcome) -> bool:
    """Whether a writer may word this turn: not what was done to carts and orders, asked back or quoted from the shop's texts."""
    done = (outcome.asked, outcome.order, outcome.cart, outcome.checkout_url, outcome.question, outcome.sources or None)
    if any(one is not None for one in done):
        return False
    return bool(outcome.hits) or bool(outcome.answer and outcome.answer.found and outcome.focus and not outcome.taste)


def script_for(
    message: str, composed: str, outcome: Outcome, cards: Sequence[Card], state: DialogueState, *, products: Sequence[Product] = (),
    currency: str = "USD",
) -> Script:  # fmt: skip
    """The script of a turn. products: those spoken of besides the cards."""
    every = tuple({one.id: one for one in (*(card.product for card in cards), *products)}.values())
    about = known(every, cards, state.constraints)
    names = tuple(name for one in about for name in one.names)
    said = tuple(sentences([composed], names))
    wanted = need_phrase(state.constraints, currency)
    need = f"for {wanted}"
    counts = frozenset(_counts(outcome, len(cards)))
    evidence = Evidence(about, said, counts, need if key(need) and need in composed else "")
    admitted = (outcome.reading, *(relaxed.text for relaxed in outcome.relaxed), sponsored_words(cards))
    fixed = [_fixed(sentence, (wanted, *names), admitted) for sentence in said]
    first = fixed.index(False) if False in fixed else len(said)
    free = tuple(one for one, kept in zip(said, fixed, strict=True) if not kept)
    return Script(message, evidence, said[:first], free, tuple(one for one in said[first:] if one not in free))


def spoken(script: Script, writer: Writer, report: Report | None = None) -> Iterator[str]:
    """The reply's sentences as each may be said: lead, what of the draft passes, what it left out, close.

    For a sentence that does not pass, the first composed one that is not said yet is said.
    """
    report = report or Report()
    evidence, left = script.evidence, list(script.free)
    yield from script.lead
    talk = Said(named=frozenset().union(*map(evidence.named_in, (*script.lead, *script.free, *script.close))))
    for sentence in drafted(script, writer, report) if left else ():
        if wrong := faults(sentence, evidence, talk):
            report.stopped.append((sentence, wrong))
            log.warning("a written sentence was stopped: no source for %s", wrong)
            if len(report.stopped) > FAULTS_BORNE:
                break
            if not left:
                continue
            sentence = left.pop(0)
        else:
            report.passed.append(sentence)
            left = [one for one in left if not _covered(one, report.passed, evidence)]
        talk = talk.after(evidence.named_in(sentence))
        yield sentence
    yield from left
    yield from script.close


def drafted(script: Script, writer: Writer, report: Report) -> Iterator[str]:
    """The draft's sentences, the first SENTENCES_READ, without those that repeat what is said anyway. It ends where the writer fails."""
    fixed = {key(sentence) for sentence in (*script.lead, *script.close)}
    names = script.evidence.names
    try:
        with closing(writer.draft(script)) as draft:
            for sentence in islice(sentences(draft, names), SENTENCES_READ):
                if key(sentence) not in fixed and (plain := plain_marks(sentence)):
                    yield plain
    except ShopError as failure:
        report.failure = failure.detail
        log.warning("%s What is not said yet is said in composed words.", failure.detail)


def _counts(outcome: Outcome, shown: int) -> Iterator[str]:
    for number in {shown, min(shown, NAMED)} - {0, 1}:
        yield from (str(number), f"{number} of {outcome.total}")


def _fixed(sentence: str, called: Sequence[str], admitted: Sequence[str]) -> bool:
    """Whether a composed sentence is said as it is: what it denies, asks or admits must not be lost or turned round.

    called: what the products and the need are called: "a lamp without glass" denies nothing. admitted: sentences that admit something.
    """
    rest = sentence
    for name in filter(None, called):
        rest = rest.replace(name, "")
    words = {word for token in tokens(rest) for word in token.text.strip("“”").split()}
    if words & DENIALS or any(word.endswith("n't") for word in words) or sentence.endswith("?"):
        return True
    return any(key(sentence) == key(text) for text in admitted if text)


def _covered(composed: str, said: Sequence[str], evidence: Evidence) -> bool:
    """Whether what was said names every product that the composed sentence does, and states every price of theirs that it does."""
    named = evidence.named_in(composed)
    heard = {token.text for one in said for token in tokens(one)}
    prices = {
        token.text
        for one in evidence.products if one.id in named
        for line in one.lines if line.startswith("price:")
        for token in tokens(line) if token.kind == "number"
    }  # fmt: skip
    due = prices & {token.text for token in tokens(composed)}
    return bool(said) and due <= heard and named <= frozenset().union(*map(evidence.named_in, said))
