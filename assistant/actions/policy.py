"""Questions about the shop's rules: the passage's own words, shortened, with their source. What is not written there is not said."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from retrieval.policies.passages import SAME_QUESTION, Found, Policies
from retrieval.product import Product
from retrieval.words import contains, content_stems, without

from ..mentions import says_which
from ..model import Answer, DialogueState, Outcome, Parse, Source
from ..names import short_title
from ..orders.book import OrderRules
from ..parts import Parts
from .answering import answer_for
from .ask import ask_product, in_turn, said_in_turn
from .beside import product_meant, stated_beside
from .other_side import with_the_other_side
from .questions import questions
from .stating import others_state
from .subjects import subject_of
from .table import meant

RELEVANT = (
    0.42  # relevance from which a passage speaks of the question: benchmarks/policy_questions.py has the measurement
)
AT_MOST, WEIGHED = 5, 40  # passages that an answer is taken from, and those among which they are looked for
# Cosine from which a question is surely a plain one in other words, and how much then counts what speaks of that one: of the questions of
# benchmarks/policy_questions.py as many find their passage as without, of 15 others 13 and not 10. From ONE_OF_THEM on it is as good as
# written there, and its own words lead only elsewhere: "who pays for sending it back" to refunds, "gift wrapping" to gift cards.
SURELY_PLAIN, PLAIN_COUNTS, ONE_OF_THEM = 0.65, 0.75, 0.9
QUOTED_WORDS = 60  # of one passage
BESIDE = 0.8  # share of the best statement's nearness from which another of the passage is quoted too
SHORTEST_CLAUSE = 3  # words from which a part of a message is asked by itself
AHEAD = (
    0.15  # by how much more a passage under the heading of the question before must speak of one that points back to it
)
BY_ITS_HEADING = (
    0.5  # relevance up to which the heading alone, under which it is asked, may have made a passage speak of a question
)
NEAR_IN_ITSELF = 0.3  # relevance from which a message may go on with the question before: "and on sundays?"
ALIKE = 0.05  # difference of relevance within which two passages speak alike of a question
_HOW = frozenset(
    content_stems("how what much many long soon often take takes cost costs")
)  # what asks, and says not of what
_AND = re.compile(r"\band\b", re.IGNORECASE)
_CLAUSES = re.compile(r"\bif\b|\band\b|[,;.?!]+", re.IGNORECASE)
_CONDITION = re.compile(r"\bif\b[^,;.?!]*", re.IGNORECASE)  # "what if it doesn't fit": what is asked stands beside it
_INSIDE = str.maketrans("“”", "‘’")
NO_POLICIES = "This shop has given me no policies, so I won't guess. Its staff can tell you."


def policy(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """What the shop's policies say, and what the product's listing says where the question is about one, each in its own words."""
    if parts.policies is None or not len(parts.policies):
        return Outcome(answer=Answer(NO_POLICIES, found=False))
    question = parse.message or parse.slots.ask or ""
    answers = _only_asking_how(question, state, parts.policies)
    answers = answers or gone_on(question, state, parts.policies)
    answers = answers or _in_view_of_the_talk(question, parse, state, parts)
    product = product_meant(parse, state, parts)
    pointed_at = product if parse.slots.product or parse.slots.ref else None
    if not answers:
        spoken_of = pointed_at or next(iter(meant(parse, state, parts)), None)
        return _not_written(question, parse, _listing(spoken_of, parse, parts) if spoken_of else None, parts)
    titles = [short_title(one.title) for one in _on_the_table(state, parts)]
    said = said_in_turn([_said(with_the_other_side(relevant, parts.policies), titles) for relevant in answers])
    listing = _listing(pointed_at, parse, parts) if pointed_at else None
    return _with_record(_with_listing(said, listing), product, question, parts)


def told_by_the_rules(message: str, parts: Parts) -> Outcome | None:
    """What the policies say of a message that was read as no question about them, "wrap it up as a present"; None where they are silent
    on it as a whole: a clause of what is no question tells something ("no idea, i bought a lamp last week")."""
    if parts.policies is None or not len(parts.policies):
        return None
    if not _relevant(message, parts.policies) and parts.policies.plainly([message]) is None:
        return None
    answers = answers_in(message, parts.policies)
    return said_in_turn([_said(with_the_other_side(found, parts.policies)) for found in answers]) if answers else None


def is_of_the_rules(message: str, policies: Policies) -> bool:
    """Whether the message is surely a plain question to shops in other words, and one that the policies answer."""
    plain = policies.plainly([message], SURELY_PLAIN)
    return plain is not None and bool(_speaking_of(plain, policies))


def names_what_they_say(name: str, policies: Policies) -> bool:
    """Whether the plain question to shops that the name of a thing is near to, or what answers it, has each of its words: "gift wrapping"
    is of the rules, "birthday card" is not of those for gift cards."""
    plain = policies.plainly([name], SURELY_PLAIN)
    said = (
        [plain, *(f"{one.passage.title} {one.passage.text}" for one in _speaking_of(plain, policies))] if plain else []
    )
    return set(content_stems(name)) <= set(content_stems(" ".join(said)))


def told_of(name: str, parts: Parts) -> Outcome | None:
    """What the policies say of a thing that one of their pages is headed by, as gift cards are; None for anything else."""
    if parts.policies is None or not len(parts.policies):
        return None
    wanted = set(content_stems(name))
    headed = [one for one in _relevant(name, parts.policies) if wanted <= set(content_stems(one.passage.headings[0]))]
    return _said(headed[:1]) if wanted and headed else None


def gone_on(question: str, state: DialogueState, policies: Policies) -> list[list[Found]]:
    """The answers, or what stands under the heading of the question before, or of the one that began the row of them, and speaks much
    more of this one, where a word of it points back: "how long are they valid?" after one for gift cards is none for warranties."""
    answers = answers_in(question, policies)
    before = _asked_before(state) if says_which(question) else ""
    rows = dict.fromkeys((before, state.topic)) if before else ()
    found = filter(None, (_under_its_heading(one, question, answers, policies) for one in rows))
    nearest = max(found, key=lambda under: under[0].relevance, default=None)
    return [nearest] if nearest else answers


def _under_its_heading(
    before: str, question: str, answers: Sequence[Sequence[Found]], policies: Policies
) -> list[Found]:
    """What speaks more of the question than its answers do, where it is asked under the heading of what answers the one before, or their
    own passage with what it says of that: of "can i use it with paypal" after gift cards that one goes with another way to pay."""
    subject = _relevant(before, policies)
    heading = subject[0].passage.headings[0] if subject else ""
    found = _relevant(f"{heading}: {question}", policies, asked=question) if subject else []
    under = [one for one in found if one.passage.headings[0] == heading]
    least = _to_exceed(question, answers, policies)
    if under and under[0].relevance >= least:
        return under
    same = len(answers) == 1 and found[:1] and found[0].passage.id == answers[0][0].passage.id
    return found if same else []


def _to_exceed(question: str, answers: Sequence[Sequence[Found]], policies: Policies) -> float:
    """The relevance from which what stands under another heading answers the question better than its answers do: of those to a plain
    question in other words as much of it as the question is near to that one. Nothing does where it surely is one without an answer."""
    if not answers:
        return RELEVANT if policies.plainly([question], SURELY_PLAIN) is None else math.inf
    if answers_in(question, policies, plainly=None):
        return answers[0][0].relevance + AHEAD
    return max(BY_ITS_HEADING, answers[0][0].relevance * policies.nearest_plain([question])[1])


def _only_asking_how(question: str, state: DialogueState, policies: Policies) -> list[list[Found]]:
    """What speaks of the question before and of this one together, where this has no subject of its own: "how long does that take?" after
    one for refunds. Of passages that speak of it alike, one that was not told before."""
    before = _asked_before(state)
    if not before or not set(content_stems(question)) <= _HOW:
        return []
    found, told = _relevant(f"{before} {question}", policies), _relevant(before, policies)[:1]
    known = {one.passage.id for one in told}
    new = [one for one in found if one.passage.id not in known and one.relevance >= found[0].relevance - ALIKE]
    return [new or found] if found else []


def _asked_before(state: DialogueState) -> str:
    """The message before, where it asked for the shop's rules; else ""."""
    return state.last.shopper if state.last and state.acts[-2:-1] == ("policy",) else ""


def _in_view_of_the_talk(question: str, parse: Parse, state: DialogueState, parts: Parts) -> list[list[Found]]:
    """What speaks of a question that finds nothing by itself: without the words for the things that it may be about, which lead away from
    every passage ("can you deliver a kayak to Spain?"), else as one that goes on with the question before, where that leads to the
    passage which the message by itself is nearest to, or nearly so ("and on sundays?", "is there express?")."""
    assert parts.policies is not None
    bare = without(question, _names_on_the_table(parse, state, parts))
    if bare != without(question, ()) and (found := answers_in(bare, parts.policies)):
        return found
    before = _asked_before(state)
    alone = parts.policies.search(question) if before else []
    if not alone or alone[0].relevance < NEAR_IN_ITSELF:
        return []
    near = {one.passage.id for one in alone if one.relevance >= alone[0].relevance - ALIKE}
    together = _relevant(f"{before} {question}", parts.policies)
    return [together] if together and together[0].passage.id in near else []


def _names_on_the_table(parse: Parse, state: DialogueState, parts: Parts) -> list[str]:
    """What the things shown, looked for or asked about are called."""
    own = [text for product in _on_the_table(state, parts) for text in (product.title, *product.category)]
    return [name for name in (state.constraints.product, parse.slots.product, *own) if name]


def _on_the_table(state: DialogueState, parts: Parts) -> list[Product]:
    return parts.catalog.get_many(dict.fromkeys([*state.shown, *([state.focus] if state.focus else [])]))


def answers_in(question: str, policies: Policies, *, plainly: float | None = SAME_QUESTION) -> list[list[Found]]:
    """For each question in the message the passages that speak of it, best first; empty when the texts answer none.

    "How long do I have to return it, and what does shipping cost?" are two where each clause finds a passage of its own that is nearer
    to it than any is to the whole, or that the whole finds too where "and" joins them; "how long does shipping take and what does it
    cost?" too, as its second is asked under the heading of what answers the whole. Where the whole finds nothing, the plain question
    may that it asks in other words, else a clause: words for a product, as in "can the lamp go back if it is too bright?", lead away
    from every passage. plainly: the cosine from which it is such a plain question, None for never.
    """
    whole = _relevant(question, policies)
    asked = _clauses(question)
    if not whole:
        plain = [] if plainly is None else _in_plain_words([question, *asked], policies, plainly)
        return plain or _nearest(asked, policies)
    subject = whole[0].passage.headings[0]
    asking = _clauses(_CONDITION.sub(",", question))
    found = [_clause_under(subject, clause, policies) for clause in asking] if len(asking) > 1 else []
    known = {one.passage.id for one in whole} if len(_long(_AND.split(question))) > 1 else set()
    apart = {
        one[0].passage.id: one
        for one in found
        if one and (one[0].relevance >= whole[0].relevance or one[0].passage.id in known)
    }
    return [_in_view_of(whole, one) for one in apart.values()] if len(apart) > 1 else [whole]


def _in_view_of(whole: Sequence[Found], found: Sequence[Found]) -> list[Found]:
    """What a clause found, its statements as near as they are to the whole message where that found it too: in "do you ship to Canada,
    and how long does it take?" both are about Canada."""
    nearness = {one.passage.id: one.nearness for one in whole}
    return [replace(one, nearness=nearness.get(one.passage.id, one.nearness)) for one in found]


def _clause_under(heading: str, clause: str, policies: Policies) -> list[Found]:
    """What speaks of the clause, or, if that is nearer, what stands under the heading and speaks of the clause there."""
    by_itself, under = _relevant(clause, policies), _relevant(f"{heading}: {clause}", policies, asked=clause)
    there = under if under and under[0].passage.headings[0] == heading else []
    return max(by_itself, there, key=lambda found: found[0].relevance if found else 0.0)


def _nearest(clauses: Sequence[str], policies: Policies) -> list[list[Found]]:
    """What speaks of the clause of several that the texts are nearest to; empty where there is none."""
    found = [one for clause in clauses if (one := _relevant(clause, policies))] if len(clauses) > 1 else []
    return sorted(found, key=lambda one: -one[0].relevance)[:1]


def _clauses(question: str) -> list[str]:
    """Its parts that are long enough to ask something of their own."""
    return _long(_CLAUSES.split(question))


def _long(clauses: Sequence[str]) -> list[str]:
    return [clause for clause in clauses if len(clause.split()) >= SHORTEST_CLAUSE]


def _in_plain_words(questions: Sequence[str], policies: Policies, least: float) -> list[list[Found]]:
    """What speaks of the plain question that these ask in other words; empty where there is none."""
    plain = policies.plainly(questions, least)
    found = _relevant(plain, policies) if plain else []
    return [found] if found else []


def _relevant(question: str, policies: Policies, asked: str | None = None) -> list[Found]:
    """The passages that speak of the question, best first. Of a question that is surely a plain one in other words those count too, and
    come earlier, that speak of the plain one: "who pays for the return shipping?" asks what a return costs, and has the words of others.

    asked: what was said of it, without the heading under which it is looked for: every question under "Gift cards" is near to one for them.
    """
    plain, cosine = policies.nearest_plain([asked or question])
    if cosine >= ONE_OF_THEM:
        return _speaking_of(plain, policies)
    relevant = _speaking_of(question, policies)
    if not relevant or cosine < SURELY_PLAIN:
        return relevant
    spoken = policies.search(plain, WEIGHED)
    falling = accumulate((cosine * one.relevance for one in spoken), min)  # in the order in which they speak of it
    also = {one.passage.id: speaks for one, speaks in zip(spoken, falling, strict=True)}
    found = policies.search(question, WEIGHED, {key: PLAIN_COUNTS * value for key, value in also.items()})
    return [one for one in found if max(one.relevance, also.get(one.passage.id, 0.0)) >= RELEVANT][:AT_MOST]


def _speaking_of(question: str, policies: Policies) -> list[Found]:
    return [one for one in policies.search(question) if one.relevance >= RELEVANT]


def ask_product_or_policy(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """The listing's answer to each question of the message; where it only comes near one and the policies speak of that, theirs before it.
    What listings state of such things is no matter of the shop's rules, whatever these mention: "is it waterproof?"."""
    products = meant(parse, state, parts)
    if len(each := questions(parse, products)) > 1:
        ids = tuple(product.id for product in products)
        return in_turn([ask_product_or_policy(replace(one, products=ids), state, parts) for one in each])
    outcome = ask_product(parse, state, parts)
    if parts.policies is None or outcome.answer is None or _is_plain(outcome.answer, parse.slots.asked_about, parts):
        return outcome
    surely = None if outcome.answer.found else SURELY_PLAIN  # "is it waterproof" is near to what a warranty covers
    answers = answers_in(parse.message, parts.policies, plainly=surely)
    if not answers or _is_of_listings(answers[0][0], parse, state, parts):
        return outcome
    said = _with_listing(_said(answers[0][:1]), outcome if outcome.focus else None)
    return _with_record(said, product_meant(parse, state, parts), parse.message, parts)


def _is_of_listings(found: Found, parse: Parse, state: DialogueState, parts: Parts) -> bool:
    """Whether a question is a usual one about products that is not what the passage is headed by, or one that listings of the kind
    answer."""
    asked = parse.slots.asked_about
    if subject := subject_of([asked, parse.message], parts.embedder):
        return not set(content_stems(" ".join(subject.fields))) & set(content_stems(found.passage.title))
    return any(others_state(one, asked, state, parts) for one in meant(parse, state, parts)[:1] if asked)


def before_an_order(outcome: Outcome, question: str, policies: Policies | None) -> Outcome:
    """What speaks of no order yet, with what the policies say of the question first: it may be one about any order."""
    answers = answers_in(question, policies) if policies is not None and len(policies) else []
    if not answers or outcome.answer is None:
        return outcome
    said = _said(answers[0][:1])
    return replace(said_in_turn([said, outcome]), order=outcome.order)


def _is_plain(answer: Answer, asked: str, parts: Parts) -> bool:
    """Whether the answer is in the question's words, or states the field that such a question usually means; else it only comes near."""
    in_its_words = set(content_stems(asked)) <= set(content_stems(answer.text))
    subject = subject_of([asked], parts.embedder)
    return answer.found and (in_its_words or (subject is not None and answer.field in subject.fields))


def _listing(product: Product, parse: Parse, parts: Parts) -> Outcome | None:
    """What the product's listing says about the question; None when nothing is asked of it or it is silent."""
    asked = parse.slots.asked_about
    if not asked:
        return None
    answer = answer_for(product, parts.catalog.variants(product), asked, parts.embedder)
    return Outcome(focus=product.id, answer=answer) if answer.found else None


def _with_record(outcome: Outcome, product: Product | None, question: str, parts: Parts) -> Outcome:
    """The answer with what the record states of the product that the rules quoted, or the question, speak of."""
    if product is None or outcome.answer is None:
        return outcome
    quoted = [source.quote for source in outcome.sources]
    clauses = _clauses(question)
    family, known = parts.catalog.variants(product), outcome.answer.field
    beside = stated_beside(product, family, clauses, quoted, parts.embedder, known=known)
    return _with_listing(outcome, Outcome(focus=product.id, answer=beside) if beside else None)


def _said(found: Sequence[Found], titles: Sequence[str] = ()) -> Outcome:
    """The quotations with their titles; two are introduced as two. titles: of products on the table, which a rule may name."""
    sources = tuple(source_of(one, titles) for one in found)
    quoted = " ".join(f"{source.title}: {_in_marks(source.quote)}" for source in sources)
    lead = (
        "The shop's texts say two different things about this; please ask its staff which one counts. "
        if len(found) > 1
        else ""
    )
    evidence = tuple(
        words for one in found for words in (one.passage.title, one.passage.text, nested(one.passage.text))
    )
    return Outcome(answer=Answer(lead + quoted, evidence), sources=sources)


def source_of(found: Found, titles: Sequence[str] = ()) -> Source:
    """The passage with the statements nearest to the question, and those that name a product by one of the titles, in their order; " … "
    stands where some are left out."""
    passage = found.passage
    best = max(found.nearness, default=0.0)
    order = sorted(range(len(passage.statements)), key=lambda place: -found.nearness[place])
    chosen: set[int] = set()
    for place in order:
        length = sum(len(passage.statements[other].split()) for other in (*chosen, place))
        if not chosen or (found.nearness[place] >= BESIDE * best and length <= QUOTED_WORDS):
            chosen.add(place)
    named = (place for place, one in enumerate(passage.statements) if any(contains(one, title) for title in titles))
    chosen.update(named)
    quote = ""
    for place in sorted(chosen):
        gap = "" if not quote else " " if place - 1 in chosen else " … "
        quote += gap + passage.statements[place]
    return Source("policy", passage.id, passage.title, quote, passage.url, passage.file)


def _in_marks(quote: str) -> str:
    """Each run of words in quotation marks of its own, since what is left out was not said."""
    return " … ".join(f"“{nested(run)}”" for run in quote.split(" … "))


def nested(words: str) -> str:
    """The words with quotation marks as they stand inside of others: a text cannot end its own quotation and go on as if we spoke."""
    return words.translate(_INSIDE)


def _with_listing(outcome: Outcome, listing: Outcome | None) -> Outcome:
    """The answer with what the listing says after it."""
    if listing is None or listing.answer is None or outcome.answer is None:
        return outcome
    text = f"{outcome.answer.text} {listing.answer.text}"
    evidence = (*outcome.answer.evidence, *listing.answer.evidence)
    answer = Answer(text, evidence, field=listing.answer.field)
    return replace(outcome, answer=answer, focus=listing.focus)


def _not_written(question: str, parse: Parse, listing: Outcome | None, parts: Parts) -> Outcome:
    """Nothing found is said, kept for the operator, and the shopper hears what helps."""
    rules = parts.orders.rules if parts.orders else OrderRules()
    number = parse.slots.order_id or ""
    private = (number if any(map(str.isdigit, number)) else "", *rules.private_words(question))
    kept = parts.unanswered is not None and parts.unanswered.keep(question, parts.session_id, private)
    noted = " I have noted the question for the shop." if kept else ""
    text = f"The shop's policies say nothing that I can find about this.{noted} Its staff can tell you, or put it in other words."
    if listing is not None and listing.answer is not None:
        return replace(listing, answer=Answer(f"{listing.answer.text} {text}", listing.answer.evidence))
    return Outcome(answer=Answer(text, found=False))
