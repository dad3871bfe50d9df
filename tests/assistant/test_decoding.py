"""Constrained decoding on a tiny model of random weights: whatever a model prefers, what it writes can be read."""

from __future__ import annotations

import json
import math
import warnings
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import parse_model
from assistant.model import INTENTS, DialogueState, Exchange
from assistant.parse import clean, read_answer
from assistant.parse_model import ModelParser
from assistant.reading.draft import Draft
from assistant.reading.llama import Llama
from assistant.reading.multiplying import exact
from retrieval.errors import ModelError
from tests.assistant.tiny_model import load_exactly, make_tiny_model


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def parser(base: Path) -> ModelParser:
    return ModelParser(base, None)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(message=st.text(max_size=80))
def test_random_weights_write_only_what_the_message_says(parser: ModelParser, message: str) -> None:
    parse = parser.parse(message, DialogueState(last=Exchange("a lamp", "1. Aria Lamp $34")))
    assert parse.intent in INTENTS
    slots = parse.slots
    for words in (
        *slots.color,
        *slots.size,
        *slots.material,
        *slots.features,
        *slots.exclude,
        slots.product,
        slots.brand,
    ):
        assert words is None or words in clean(message)


def test_the_line_that_was_written_is_the_parse(parser: ModelParser) -> None:
    message = "2 red or blue mugs between 10 and 30"
    line, log_probability = parser.answers(message, None)[0]
    assert parser.parse(message, DialogueState()).slots == read_answer(line, message).slots
    assert log_probability <= 0
    assert parser.parse(message, DialogueState()).confidence == pytest.approx(math.exp(log_probability))


def test_guesses_change_no_line(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse_model, "load", load_exactly)
    parser = ModelParser(base, None)
    messages = [
        "2 red or blue mugs between 10 and 30",
        "hi",
        "the second one, please!",
        "size 10 not 11",
        "add it and show me a vase",
    ]
    guessed = [parser.answers(message, None)[0] for message in messages]
    monkeypatch.setattr(Draft, "guess", lambda draft: [])
    for message, (line, log_probability) in zip(messages, guessed, strict=True):
        plain, its_own = parser.answers(message, None)[0]
        assert line == plain
        assert log_probability == pytest.approx(its_own, abs=1e-3)


def test_an_adapter_is_merged_as_peft_merges_it(base: Path, tmp_path: Path) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
        tuned = get_peft_model(plain, LoraConfig(r=3, lora_alpha=12, target_modules="all-linear"))
        with torch.no_grad():
            for name, weight in tuned.named_parameters():
                if "lora_B" in name:
                    weight.normal_()
        tuned.save_pretrained(str(tmp_path))
        merged = tuned.merge_and_unload().eval()
    tokens = [72, 105, 33, 8]
    with torch.inference_mode():
        expected = merged.model(input_ids=torch.tensor([tokens])).last_hidden_state[0]
        without, with_it = (Llama(base, adapter, exact) for adapter in (None, tmp_path))
        got, before = (model.read(tokens, model.cache(), last=len(tokens)) for model in (with_it, without))
    assert torch.allclose(got, expected, atol=1e-3)
    assert not torch.allclose(before, expected, atol=1e-1)


def test_a_folder_that_is_no_adapter_is_named(base: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="adapter"):
        ModelParser(base, tmp_path / "none")
    (tmp_path / "adapter_config.json").write_text(json.dumps({"lora_alpha": 1}), encoding="utf-8")
    with pytest.raises(ModelError, match="adapter"):
        ModelParser(base, tmp_path)


def test_a_parse_is_a_value(parser: ModelParser) -> None:
    parse = parser.parse("a red mug", DialogueState())
    assert asdict(parse) == asdict(parser.parse("a red mug", DialogueState()))
