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
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from false_sentences import CORRUPTIONS, Subject, true_of
from more_itertools import chunked

from assistant import Assistant
from assistant.build import build_local_parser, build_parts
from assistant.model import DialogueState, Parse
from assistant.parse import Parser, slots_from_json
from assistant.sentence import plain_marks, sentences
from assistant.settings import Settings
from assistant.writing.claims import Fault, Said, faults, plain_words
from assistant.writing.writer import Script, messages
from retrieval.hardware import use_threads
from retrieval.models import model_path
from retrieval.store import Store
from retrieval.words import words

SCRAMBLES = 50  # a turn
DRAFT_TOKENS = 60  # of the small model: two or three sentences


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


if __name__ == "__main__":
    typer.run(main)
