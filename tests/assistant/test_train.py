"""Tuning on a tiny model: reproducible, resumable, and what it leaves behind can be opened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.labelled.labels import read_examples
from assistant.model import Example, Slots
from assistant.reading.adapter import read_adapter
from assistant.train import (
    Labels,
    Recipe,
    Sequences,
    batches_of,
    encode,
    epoch_examples,
    padded,
    start_run,
    train_parser,
)
from tests.assistant.tiny_model import make_tiny_model

RECIPE = Recipe(epochs=2, seed=3, batch=4, rank=2, alpha=4, composed=6, written=False)
GOALS = [
    {"text": "a red mug under 9", "intent": "search", "slots": {"product": "mug", "color": ["red"], "price_max": 9}},
    {"text": "in blue", "intent": "refine", "slots": {"color": ["blue"]}},
    {"text": "something teal", "intent": "search", "slots": {"color": ["green"]}},
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def goals(tmp_path: Path) -> Path:
    path = tmp_path / "goals.jsonl"
    path.write_text("\n".join(json.dumps(goal) for goal in GOALS), encoding="utf-8")
    return path


def weights(folder: Path) -> dict[str, Any]:
    return {name: values.tolist() for name, values in read_adapter(folder).items()}


def test_training_leaves_an_adapter_and_its_card(base: Path, goals: Path, tmp_path: Path) -> None:
    out = train_parser(Labels([goals]), base=base, out=tmp_path / "adapter", recipe=RECIPE, threads=1)
    assert sorted(path.name for path in out.iterdir()) == [
        "README.md",
        "adapter_config.json",
        "adapter_model.safetensors",
    ]
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "3 labelled messages of goals.jsonl; 1 of them" in card
    assert "seed: 3" in card
    assert str(base) not in (out / "adapter_config.json").read_text(encoding="utf-8")


def test_the_same_seed_gives_the_same_weights(base: Path, goals: Path, tmp_path: Path) -> None:
    first, second = (
        train_parser(Labels([goals]), base=base, out=tmp_path / name, recipe=RECIPE, threads=1) for name in ("a", "b")
    )
    assert weights(first) == weights(second)


def test_a_run_that_was_killed_goes_on_to_the_same_weights(base: Path, goals: Path, tmp_path: Path) -> None:
    whole = train_parser(Labels([goals]), base=base, out=tmp_path / "whole", recipe=RECIPE, threads=1)
    start_run(Labels([goals]), base=base, out=tmp_path / "cut", recipe=RECIPE).next_epoch()
    resumed = train_parser(Labels([goals]), base=base, out=tmp_path / "cut", recipe=RECIPE, threads=1)
    assert weights(resumed) == weights(whole)


def test_batches_hold_every_example_once_and_the_same_for_a_seed() -> None:
    sequences = [Sequences((1,) * n, (2,)) for n in range(1, 40)]
    batches = list(batches_of(sequences, RECIPE, epoch=0))
    assert sorted(len(s) for batch in batches for s in batch) == [len(s) for s in sequences]
    assert all(len(batch) <= RECIPE.batch for batch in batches)
    assert batches == list(batches_of(sequences, RECIPE, epoch=0))
    assert batches != list(batches_of(sequences, RECIPE, epoch=1))


def test_an_epoch_reads_every_label_and_composes_anew(goals: Path) -> None:
    examples = read_examples(goals)
    first, second = (
        epoch_examples(examples, Recipe(typos=0, composed=5, written=False), epoch=epoch) for epoch in (0, 1)
    )
    assert first[: len(examples)] == second[: len(examples)] == examples
    assert first[-5:] != second[-5:]


def test_an_epoch_reads_a_sample_of_what_is_replayed_another_each_time(goals: Path) -> None:
    examples = read_examples(goals)
    before = [Example(f"lamp {n}", None, "search", Slots(product="lamp")) for n in range(40)]
    recipe = Recipe(typos=0, composed=0, bounded=0, second_acts=0, written=False, sample=8)
    first, second = (epoch_examples(examples, recipe, epoch=epoch, replay=before) for epoch in (0, 1))
    assert first[: len(examples)] == second[: len(examples)] == examples
    for again in (first[len(examples) :], second[len(examples) :]):
        assert len(set(again)) == 8
        assert set(again) <= set(before)
    assert first != second


def test_only_the_answer_is_learnt() -> None:
    ids, labels = padded([Sequences((5, 6), (7, 8)), Sequences((5,), (9,))])
    assert ids.tolist() == [[5, 6, 7, 8], [5, 9, 0, 0]]
    assert labels.tolist() == [[-100, -100, 7, 8], [-100, 9, -100, -100]]


def test_an_answer_ends_with_the_end_token(base: Path, goals: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base)
    sequence = encode(read_examples(goals), tokenizer)[1]
    assert tokenizer.decode(sequence.prompt) == "shopper: in blue\nread:"
    assert tokenizer.decode(sequence.answer) == " refine; color blue<eos>"
