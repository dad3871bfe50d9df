"""Deliberately bad writers against the check of written sentences, over turns of real dialogues.

One is the small model, which was never taught to write replies; it draws its words by a seed. One takes true sentences and makes them
false in one place each. One throws names, phrases and plain words together. Sentences of theirs that pass are printed, to be read by a
person: of the second none may.

python benchmarks/bad_writer.py DATA/dialogues_train.jsonl --store store [--turns 200] [--no-model]      # read as labelled
python benchmarks/bad_writer.py messages.txt --store store     # a message a line, a blank line begins a new conversation
"""

from __future__ import annotations

import json
import logging
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from more_itertools import chunked

from assistant import Assistant
from assistant.build import build_local_parser, build_parts
from assistant.claims import DENIALS, Fault, Said, faults, plain_words
from assistant.facts import Known
from assistant.model import DialogueState, Parse
from assistant.parse import Parser, slots_from_json
from assistant.sentence import key, plain_marks, sentences
from assistant.settings import Settings
from assistant.writer import Script, messages
from retrieval.hardware import use_threads
from retrieval.models import model_path
from retrieval.store import Store
from retrieval.words import words

SCRAMBLES = 50  # a turn
DRAFT_TOKENS = 60  # of the small model: two or three sentences
INVENTED = (
    "waterproof",
    "handmade",
    "organic",
    "vegan",
    "dishwasher safe",
    "award-winning",
    "fireproof",
    "hypoallergenic",
    "noise-cancelling",
)
PROMISES = (
    "{} arrives tomorrow.", "{} comes with free delivery.", "You can return {} within 30 days.", "{} ships today.",
    "I have added {} to your order.", "{} comes with a lifetime warranty.",
)  # fmt: skip
BOASTS = (
    "{} is our bestseller.",
    "{} is the best rated here.",
    "{} is the cheapest in the shop.",
    "{} is the most popular choice.",
)
URGENCY = ("Only 1 left of {}.", "{} is almost gone.", "{} sells fast.", "Hurry, {} is at this price only today.")
DISCOUNTS = ("{} is on sale.", "{} is half price.", "{} is $5 off.", "{} is now reduced.")
RELATIONS = (
    "{} is lighter than {}.",
    "{} is cheaper than {}.",
    "{} is better made than {}.",
    "{} comes with {}.",
    "{} goes with {}.",
    "{} is {}.",
)


@dataclass(frozen=True)
class Message:
    """What a shopper typed, and how a person read it, where that is known."""

    text: str
    read: Parse | None = None


class Labelled:
    """A Parser that reads as a person did; the messages that nobody read are left to the model, which is loaded for the first."""

    def __init__(self) -> None:
        self.next: Message = Message("")
        self._model: Parser | None = None

    def parse(self, message: str, state: DialogueState) -> Parse:
        if self.next.read is not None:
            return self.next.read
        self._model = self._model or build_local_parser(Settings())
        return self._model.parse(message, state)


class Listening:
    """A Writer that drafts nothing and keeps the scripts."""

    def __init__(self) -> None:
        self.scripts: list[Script] = []

    def draft(self, script: Script) -> Iterator[str]:
        self.scripts.append(script)
        yield from ()


@dataclass(frozen=True)
class Subject:
    """A product that a true sentence is about, with another that was shown beside it, if any, and titles and texts of the shop."""

    one: Known
    other: Known | None
    titles: Sequence[str]
    vocabulary: Sequence[str]
    rng: random.Random

    @property
    def name(self) -> str:
        return self.one.names[0]


@dataclass
class Tally:
    made: Counter[str] = field(default_factory=Counter)
    passed: list[tuple[str, str]] = field(default_factory=list)
    stopped_as: Counter[str] = field(default_factory=Counter)

    def count(self, kind: str, sentence: str, wrong: Sequence[Fault]) -> None:
        self.made[kind] += 1
        if wrong:
            self.stopped_as[wrong[0].kind] += 1
        else:
            self.passed.append((kind, sentence))


def main(
    shoppers: Path, store: Annotated[Path, typer.Option()], turns: int = 200, seed: int = 1, model: bool = True, show: int = 80
) -> None:  # fmt: skip
    logging.disable(logging.WARNING)
    scripts, taken, texts = played(conversations(shoppers), store, turns)
    print(f"{taken} turns taken, {len(scripts)} of them worded by a writer; the others are said as composed")
    rng = random.Random(seed)
    corrupted(scripts, texts, rng)
    scrambled(scripts, rng, show)
    if model:
        drafted(scripts, list(small_model(scripts, seed)), show)


def conversations(path: Path) -> list[list[Message]]:
    """The shoppers' messages, a list for each conversation."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return [[_labelled(turn) for turn in json.loads(line)["turns"]] for line in text.splitlines()]
    return [[Message(line) for line in block.splitlines()] for block in text.split("\n\n") if block.strip()]


def _labelled(turn: Mapping[str, Any]) -> Message:
    intent = turn["intent"]
    return Message(turn["user"], Parse(intent, slots_from_json(turn["slots"]), (intent,)))


def played(
    talks: Sequence[Sequence[Message]], path: Path, turns: int
) -> tuple[list[Script], int, list[tuple[str, str]]]:
    """(scripts of `turns` turns that a writer may word, turns taken for them, title and description of every product)."""
    store, listening, reader, taken = Store(path), Listening(), Labelled(), 0
    parts = replace(build_parts(store, Settings(), parser=reader), writer=listening)
    shop = Assistant(parts, store=store)
    with shop:
        for place, talk in enumerate(talks):
            for message in talk:
                reader.next = message
                shop.reply(message.text, f"s_{place}")
                taken += 1
            if len(listening.scripts) >= turns:
                break
        texts = [(one.title, one.description) for one in store.catalog.get_many(sorted(store.catalog.ids()))]
    return listening.scripts[:turns], taken, texts


def drafted(scripts: Sequence[Script], drafts: Sequence[str], show: int) -> None:
    """What is stopped of the drafts, a sentence at a time, and what passes."""
    tally, whole = Tally(), 0
    for script, draft in zip(scripts, drafts, strict=True):
        talk, before = Said(), len(tally.passed)
        plain = [one for one in map(plain_marks, sentences([draft], script.evidence.names)) if one]
        for sentence in plain:
            wrong = faults(sentence, script.evidence, talk)
            tally.count("small model", sentence, wrong)
            talk = talk if wrong else talk.after(script.evidence.named_in(sentence))
        whole += len(tally.passed) - before == len(plain)
    told("small model", tally)
    print(f"  drafts with a sentence stopped: {len(scripts) - whole} of {len(scripts)}")
    for _, sentence in tally.passed[:show]:
        print(f"  passed: {sentence}")


def small_model(scripts: Sequence[Script], seed: int) -> Iterator[str]:
    """A draft for each script by the small model without its adapter, its words drawn by the seed."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = model_path("smollm2-135m-instruct")
    use_threads(Settings().threads)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="auto").eval()
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    tokenizer.pad_token = tokenizer.eos_token
    torch.manual_seed(seed)
    for batch in chunked(scripts, 8):
        asked = [messages(script) for script in batch]
        ids = tokenizer.apply_chat_template(
            asked, add_generation_prompt=True, return_tensors="pt", return_dict=True, padding=True
        )
        written = model.generate(
            **ids, do_sample=True, temperature=0.8, max_new_tokens=DRAFT_TOKENS, pad_token_id=tokenizer.pad_token_id
        )
        yield from tokenizer.batch_decode(written[:, ids["input_ids"].shape[1] :], skip_special_tokens=True)


def scrambled(scripts: Sequence[Script], rng: random.Random, show: int) -> None:
    """Names, phrases and plain words of a turn in any order: what passes shows what can be said with them, right or wrong."""
    tally = Tally()
    for script in scripts:
        known = script.evidence.products[:3]
        names = [one.names[0] for one in known]
        phrases = [phrase for one in known for phrase in rng.sample(sorted(one.phrases), min(4, len(one.phrases)))]
        for _ in range(SCRAMBLES):
            plain = rng.choices(sorted(plain_words()), k=rng.randint(1, 4))
            said = [rng.choice(names), *rng.choices([*names, *phrases, ",", "and"], k=rng.randint(1, 3)), *plain]
            rng.shuffle(said)
            sentence = f"{' '.join(said)}."
            tally.count("scrambled", sentence, faults(sentence, script.evidence))
    told("scrambled", tally)
    for _, sentence in rng.sample(tally.passed, min(show, len(tally.passed))):
        print(f"  passed: {sentence}")


def corrupted(scripts: Sequence[Script], texts: Sequence[tuple[str, str]], rng: random.Random) -> None:
    """True sentences of every script, then each made false in one place."""
    vocabulary = sorted({text[w.start : w.end] for _, text in texts[:500] for w in words(text)})
    truths, lies = Tally(), Tally()
    for script in scripts:
        for composed in (*script.lead, *script.free, *script.close):
            truths.count("composed", composed, faults(composed, script.evidence.without_composed))
        known = script.evidence.products[:3]
        for place, one in enumerate(known):
            other = known[(place + 1) % len(known)] if len(known) > 1 else None
            subject = Subject(one, other, [title for title, _ in texts], vocabulary, rng)
            for truth in true_of(subject):
                truths.count("true", truth, faults(truth, script.evidence))
            for kind, make in CORRUPTIONS.items():
                for lie in make(subject, script):
                    lies.count(kind, lie, faults(lie, script.evidence))
    told("true, and composed without their leave", truths)
    told("corrupted", lies)
    for kind, sentence in lies.passed:
        print(f"  PASSED as {kind}: {sentence}")


def told(name: str, tally: Tally) -> None:
    total = sum(tally.made.values())
    print(f"{name}: {total} sentences, {total - len(tally.passed)} stopped, {len(tally.passed)} passed")
    print(f"  stopped for: {', '.join(f'{kind} {count}' for kind, count in tally.stopped_as.most_common())}")
    passed = Counter(kind for kind, _ in tally.passed)
    if len(tally.made) > 1:
        print("\n".join(f"  {kind}: {count} made, {passed[kind]} passed" for kind, count in tally.made.items()))


def price_of(one: Known) -> str:
    return next((line.removeprefix("price: ") for line in one.lines if line.startswith("price: ")), "")


def listing_of(one: Known) -> str:
    return one.quotable[1]


def quote_of(one: Known) -> str:
    """A few words of a clause of the listing that denies nothing."""
    for clause in re.split(r"[.!?;:\n]", listing_of(one)):
        said = clause.split()
        if len(said) > 4 and not DENIALS & set(key(clause)) and "n't" not in clause:
            return " ".join(said[1:6]).strip(" ,")
    return ""


def true_of(subject: Subject) -> Iterator[str]:
    one, other, name, price = subject.one, subject.other, subject.name, price_of(subject.one)
    if price:
        yield f"{name} costs {price}."
        yield f"At {price}, {name} is the one I would pick for you."
        if other and price_of(other):
            yield f"{name} is {price}, and {other.names[0]} is {price_of(other)}."
    if quote := quote_of(one):
        yield f"The listing of {name} says “{quote}”."
    for line in one.lines:
        field_name, _, value = line.partition(": ")
        if value and field_name not in ("price", "listing", "availability", "rating", "brand") and line in one.phrases:
            yield f"{name} is listed with {field_name}: {value}."
    if "in stock" in one.phrases:
        yield f"{name} is in stock."
    for phrase in sorted(one.need):
        yield f"{name} is {phrase}." if "your" in phrase or "$" in phrase else f"Here is a {phrase}: {name}."
        break


def _swapped_price(subject: Subject, script: Script) -> Iterator[str]:
    if subject.other and price_of(subject.other) not in ("", price_of(subject.one)):
        theirs, other = price_of(subject.other), subject.other.names[0]
        yield f"{subject.name} costs {theirs}."
        yield f"At {theirs}, {subject.name} is the one for you."
        yield f"{subject.name} costs {theirs}, and {other} costs {price_of(subject.one)}."
        yield f"Here is {other}, and at {theirs} {subject.name}."
        for composed in script.free:
            if price_of(subject.one) in composed and theirs in composed:
                held = composed.replace(price_of(subject.one), "\0").replace(theirs, price_of(subject.one))
                yield held.replace("\0", theirs)


def _changed_digit(subject: Subject, script: Script) -> Iterator[str]:
    price = price_of(subject.one)
    places = [place for place, sign in enumerate(price) if sign.isdigit()]
    if places:
        at = subject.rng.choice(places)
        digit = subject.rng.choice([d for d in "123456789" if d != price[at]])
        wrong = f"{price[:at]}{digit}{price[at + 1 :]}"
        if wrong != price_of(subject.other) if subject.other else True:
            yield f"{subject.name} costs {wrong}."
            yield from (composed.replace(price, wrong) for composed in script.free if price in composed)
            yield f"{subject.name} is {price}, down from {wrong}."


def _not_shown(subject: Subject, script: Script) -> Iterator[str]:
    title = subject.rng.choice(subject.titles)
    if title not in script.evidence.names:
        yield f"{title} is the one I would pick."
        yield f"{subject.name} is {price_of(subject.one)}, and so is {title}."


def _invented(subject: Subject, script: Script) -> Iterator[str]:
    known = f"{' '.join(subject.one.lines)} {subject.name}".lower()
    word = subject.rng.choice([one for one in INVENTED if one not in known])
    yield f"{subject.name} is {word}."
    yield f"{subject.name} costs {price_of(subject.one)} and is {word}."
    yield f"{subject.name} is in {subject.rng.choice(['turquoise', 'crimson', 'titanium', 'bamboo'])}."


def _borrowed(subject: Subject, script: Script) -> Iterator[str]:
    """A property of the other product, quoted or in free words."""
    if subject.other and (quote := quote_of(subject.other)) and quote not in listing_of(subject.one):
        yield f"{subject.name} is “{quote}”."
        yield f"{subject.name} has {quote}."
        yield f"{subject.other.names[0]} is shown too, and {subject.name} is “{quote}”."


def _altered_quote(subject: Subject, script: Script) -> Iterator[str]:
    said = quote_of(subject.one).split()
    if said:
        at = subject.rng.randrange(len(said))
        yield f"{subject.name}: “{' '.join([*said[:at], subject.rng.choice(subject.vocabulary), 'x', *said[at + 1 :]])}”."
        yield f"{subject.name} is “not {' '.join(said)}”."


def _any_word(subject: Subject, script: Script) -> Iterator[str]:
    """A word of other listings, one that the product's own facts do not hold."""
    for word in subject.rng.sample(subject.vocabulary, 6):
        own = " ".join((*subject.one.names, *subject.one.phrases, *subject.one.quotable)).lower()
        if word.lower() not in plain_words() and word.lower() not in own and not word.isdigit():
            yield f"{subject.name} is {word} and costs {price_of(subject.one)}."


def _denied(subject: Subject, script: Script) -> Iterator[str]:
    yield f"{subject.name} is not {price_of(subject.one)}."
    yield f"{subject.name} is not in stock."
    yield f"{subject.name} isn't what the listing says."
    for line in (*subject.one.lines, *script.lead, *script.close):
        for denial, plain in (
            ("doesn't say", "says"),
            ("not ", ""),
            ("No listing", "A listing"),
            ("nothing", "something"),
            (" no ", " a "),
        ):
            if denial in line:
                yield f"{subject.name}: {line.replace(denial, plain)}."
    for line in subject.one.lines:
        if line.endswith(": no"):
            yield f"{subject.name} is {line.removesuffix(': no')}."
        elif line.endswith(": yes"):
            yield f"{subject.name} is not {line.removesuffix(': yes')}."


def _out_of_stock(subject: Subject, script: Script) -> Iterator[str]:
    if "sold out" not in subject.one.phrases:
        yield f"{subject.name} is sold out."
    if "in stock" not in subject.one.phrases:
        yield f"{subject.name} is in stock."
    if "9 left" not in subject.one.phrases:
        yield f"There are 9 left in stock of {subject.name}."
    yield f"{subject.name} is available in all sizes."


def _dragged(subject: Subject, script: Script) -> Iterator[str]:
    """What is true of one, said of all."""
    if subject.other and price_of(subject.other) != price_of(subject.one):
        yield f"All of these cost {price_of(subject.one)}."
        yield f"{subject.name} and {subject.other.names[0]} both cost {price_of(subject.one)}."
        yield f"Both are {price_of(subject.one)}: {subject.name} and {subject.other.names[0]}."


def _miscounted(subject: Subject, script: Script) -> Iterator[str]:
    yield "Here are 17 for you."
    yield f"{subject.name} has 17 things."
    yield f"{subject.name} has {len(script.evidence.products)} items at {price_of(subject.one)}."


def _budget(subject: Subject, script: Script) -> Iterator[str]:
    if "within your budget" not in subject.one.phrases:
        yield f"{subject.name} is within your budget."
    yield f"{subject.name} is under $1."
    if "the cheapest of these" not in subject.one.phrases:
        yield f"{subject.name} is the cheapest of these."


def _filled(frames: Sequence[str]) -> Callable[[Subject, Script], Iterator[str]]:
    def make(subject: Subject, script: Script) -> Iterator[str]:
        reduced = "on sale" in subject.one.phrases
        for frame in frames:
            if frame.count("{}") == 2:
                yield from [frame.format(subject.name, subject.other.names[0])] if subject.other else []
            elif not (reduced and "sale" in frame):
                yield frame.format(subject.name)

    return make


CORRUPTIONS: Mapping[str, Callable[[Subject, Script], Iterator[str]]] = {
    "price of another": _swapped_price,
    "digit changed": _changed_digit,
    "product not shown": _not_shown,
    "property invented": _invented,
    "property of another": _borrowed,
    "quotation altered": _altered_quote,
    "any other word": _any_word,
    "denial flipped": _denied,
    "stock flipped": _out_of_stock,
    "said of all": _dragged,
    "count": _miscounted,
    "budget and cheapest": _budget,
    "delivery and other promises": _filled(PROMISES),
    "superlative": _filled(BOASTS),
    "urgency": _filled(URGENCY),
    "discount": _filled(DISCOUNTS),
    "comparison": _filled(RELATIONS),
}

if __name__ == "__main__":
    typer.run(main)
