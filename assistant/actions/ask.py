"""A question about a product: answered from its record or in its listing's own words, else "the listing doesn't say"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from retrieval.evidence import none_gives_a_size
from retrieval.product import Product, money
from retrieval.words import content_stems

from ..mentions import says_all, says_both, says_each, says_the, says_together
from ..model import Answer, DialogueState, Outcome, Parse, Slots
from ..parts import Parts
from ..places import as_it, counts_said, from_an_end
from ..sayings.ellipsis import asks_the_same
from .answering import answer_for, beyond_links, only_leads, silence, without_links
from .looks import beyond_looks, none_so, without_looks
from .questions import asked_in, questions
from .stating import offered
from .subjects import subject_of
from .table import meant
from .titles import beyond_title

MOST_ASKED = 3
WHOLE = "details"  # asked for where a product is only named: "tell me about the Oak Desk"
# What asks for more than a yes or no, of which no other listing can be said to have it: "what is it filled with?"
_OPEN = re.compile(r"\b(?:how|what|where|when|who|why)(?:['’]?s)?\b(?! about)", re.IGNORECASE)


def ask_product(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """The answer for each product meant, at most three that have one, each in the product's own words; of the silent ones one sentence."""
    if none := none_so(parse, state, parts):
        return none
    products = meant(parse, state, parts)
    if not products:
        return Outcome(answer=Answer(_unclear(state), found=False))
    if unsized := _of_no_size(products, parse, parts):
        return Outcome(focus=products[0].id, answer=unsized)
    parse = _of_it(parse, state)
    outcomes = [_answered(one, products, state, parts) for one in questions(parse, products)]
    return outcomes[0] if len(outcomes) == 1 else in_turn(outcomes)


def in_turn(outcomes: Sequence[Outcome]) -> Outcome:
    """The first outcome with what all of them answer, of which nothing is offered or asked back."""
    all_said = said_in_turn(outcomes)
    answer, sources = all_said.answer, all_said.sources
    return replace(outcomes[0], answer=answer, sources=sources, question=None, asked=None, suggested=())


def said_in_turn(outcomes: Sequence[Outcome]) -> Outcome:
    """An outcome of nothing but the answers to several questions, in their order, each said once, with their sources."""
    answers = [one.answer for one in outcomes if one.answer is not None]
    text = " ".join(dict.fromkeys(answer.text for answer in answers))
    evidence = tuple(words for answer in answers for words in answer.evidence)
    found = any(answer.found for answer in answers)
    sources = tuple(source for one in outcomes for source in one.sources)
    return Outcome(answer=Answer(text, evidence, found, answers[0].field), sources=sources)


def _answered(parse: Parse, products: Sequence[Product], state: DialogueState, parts: Parts) -> Outcome:
    """What the listings say to one question."""
    asked = _asked(parse, products, parts)
    again = state.topic if not asked and asks_the_same(parse.message, parts.embedder) else ""
    question = again or parse.message
    asked = asked or again or WHOLE
    answers = [
        answer_for(product, parts.catalog.variants(product), asked, parts.embedder, question) for product in products
    ]
    answers = [_of_so_many(answer, one, parse) for answer, one in zip(answers, products, strict=True)]
    answer = _with_sum(_together(products, answers, asked), products, answers, parse)
    outcome = Outcome(focus=products[0].id, answer=answer, asked_of=tuple(one.id for one in products))
    if answer.found:
        return outcome
    had = "" if _OPEN.search(parse.message) else without_links(asked)
    return offered(outcome, products, had, parse.message, state, parts)


def _of_no_size(products: Sequence[Product], parse: Parse, parts: Parts) -> Answer | None:
    """That it cannot be told whether they come in the size that alone is asked about, where none of their listings states any."""
    sizes = parse.slots.size
    bare = replace(parse.slots, product=None, ref=(), size=(), ask=None) == Slots()
    if not (sizes and bare and only_leads(parse.slots.ask or "")):
        return None
    variants = (one for product in products for one in parts.catalog.variants(product))
    if not none_gives_a_size(variants, sizes):
        return None
    alone = len(products) == 1
    whose, it_comes = (
        (f"The listing of {products[0].title} gives", "it comes") if alone else ("Their listings give", "they come")
    )
    text = f"{whose} no size, so I can't tell whether {it_comes} in {' or '.join(sizes)}."
    return Answer(text, (products[0].title, *sizes), found=False)


def _of_so_many(answer: Answer, product: Product, parse: Parse) -> Answer:
    """The answer whether there is any of the product, or what it costs, where the message says how many it is asked of, as whether there
    are as many, or with what as many cost."""
    many = parse.slots.quantity or next(iter(counts_said(parse.message, parse.slots.ref)), 0) or 1
    if answer.field == "price" and many > 1 and product.price is not None:
        sum_of = money(many * product.price, product.currency)
        text = f"{answer.text.removesuffix('.')}; {many} of them come to {sum_of}."
        return replace(answer, text=text, evidence=(*answer.evidence, str(many), sum_of))
    if answer.field != "availability" or many < 2 or not product.stock:
        return answer
    enough = product.stock >= many
    there = (
        f"{product.title} is in stock, at least {many} of them"
        if enough
        else f"Only {product.stock} of {product.title} are in stock"
    )
    return Answer(f"{there}.", (product.title, str(many), str(product.stock)), field=answer.field)


def _with_sum(answer: Answer, products: Sequence[Product], answers: Sequence[Answer], parse: Parse) -> Answer:
    """The answer with what several products cost together, each as often as the message says, where it counts them or asks for all."""
    prices = [one.price for one, told in zip(products, answers, strict=True) if told.field == "price" and one.price]
    said, message = counts_said(parse.message, parse.slots.ref), parse.message
    of_all = says_both(message) or says_all(message) or says_together(message)
    counted = any(said) or of_all or bool(from_an_end(products, message))
    if not counted or says_each(message) or len(prices) < max(len(products), 2):
        return answer
    many = [count or 1 for count in said] if len(said) == len(products) else [1] * len(products)
    total = sum((count * price for count, price in zip(many, prices, strict=True)), Decimal(0))
    sum_of = money(total, products[0].currency)
    return replace(answer, text=f"{answer.text} Together they come to {sum_of}.", evidence=(*answer.evidence, sum_of))


def _unclear(state: DialogueState) -> str:
    if state.shown:
        return "Which of the products shown do you mean?"
    name = state.constraints.kind
    none = f"I found nothing to show for “{name}”." if name else "I have not shown one yet."
    return f"Which product do you mean? {none}"


def _of_it(parse: Parse, state: DialogueState) -> Parse:
    """The question with "it" for what is looked for: "how much is the lamp" asks what "how much is it" asks."""
    name = state.constraints.kind
    if not name:
        return parse
    named = re.compile(rf"\b(?:the|this|that|these|those) {re.escape(name.removesuffix('s'))}s?\b", re.IGNORECASE)
    ask = parse.slots.ask and named.sub("it", parse.slots.ask)
    return replace(parse, message=named.sub("it", parse.message), slots=replace(parse.slots, ask=ask))


def _asked(parse: Parse, products: Sequence[Product], parts: Parts) -> str:
    """What is asked of the products, "" where the message only says which are meant; a usual question is read from all of it. Where only
    what leads to it was read ("made of, real leather?"), the properties named are what is asked for; of "how heavy is it" that which
    usually answers it is."""
    slots, ask = parse.slots, parse.slots.ask or ""
    leads = ask != "" and (only_leads(ask) or bool(_OPEN.match(ask)))
    named = replace(_without_its_looks(parse), ask=None).asked_about if leads else ""
    said = beyond_title(named or slots.asked_about, parse.message, products)
    asked, question = beyond_looks(said, parse.message), without_looks(parse.message)
    if leads and not named:  # of "made of" nothing could be said
        alone = asked_in(question)[:1]  # of "the second is ok, whats it made of" the question
        subject = subject_of([question, as_it(question), *alone], parts.embedder)
        says_it = only_leads(ask) and set(content_stems(ask)) <= set(content_stems(question))
        part = beyond_title(beyond_links(question), parse.message, products) if says_it else ""
        return subject.fields[0] if subject else part or asked
    return question if said and not asked and subject_of([question], parts.embedder) else asked


def _without_its_looks(parse: Parse) -> Slots:
    """The slots without the colours and materials by which the message calls what it asks about: "the orange pot"."""
    color, material = (
        tuple(one for one in getattr(parse.slots, field) if not says_the(parse.message, one))
        for field in ("color", "material")
    )
    return replace(parse.slots, color=color, material=material)


def _together(products: Sequence[Product], answers: Sequence[Answer], asked: str) -> Answer:
    """The answers of several products as one; those of which the listing is silent share a sentence."""
    found = [answer for answer in answers if answer.found][:MOST_ASKED]
    silent = [product.title for product, answer in zip(products, answers, strict=True) if not answer.found]
    if len(answers) == 1 or not silent:
        said = found or list(answers)
    elif not found:
        text = f"None of the {len(silent)} listings {_says(silence(asked))}."
        return Answer(text, (str(len(silent)), asked), found=False)
    else:
        whose = f"listing of {silent[0]} doesn't" if len(silent) == 1 else f"other {len(silent)} listings don't"
        said = [*found, Answer(f"The {whose} {silence(asked)}.", (silent[0], str(len(silent)), asked), found=False)]
    text = " ".join(answer.text for answer in said)
    evidence = tuple(words for answer in said for words in answer.evidence)
    return Answer(text, evidence, bool(found), said[0].field)


def _says(silent: str) -> str:
    """ "says “how big”" for "say “how big”"."""
    return f"says{silent.removeprefix('say')}"
