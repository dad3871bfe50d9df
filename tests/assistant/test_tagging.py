"""The tagger: what a reading says of each word, which of several readings is taken, and how both models are weighed and tuned."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import torch

from assistant import parse_model
from assistant.build import build_local_parser
from assistant.labelled.labels import read_examples
from assistant.model import Exchange, Intent, Parse, Slots
from assistant.parse import clean, write_answer
from assistant.parse_model import ModelParser
from assistant.reading.lines import TOKEN_LIMIT
from assistant.reading.matching import allowed_tokens
from assistant.reading.tagging import train
from assistant.reading.tagging.classes import POINTED, SORTS, TAGS, classes_of, line_of
from assistant.reading.tagging.network import trained_network
from assistant.reading.tagging.tagger import CONFIG, Rating, Rule, Tagger, read_tagger
from assistant.reading.tagging.train import RECIPE, Rated, fit_rule, train_tagger, weigh_tagger
from assistant.settings import Settings
from assistant.train import Labels, Recipe
from retrieval.errors import BadInput, ModelError
from retrieval.models import model_path
from tests.assistant.tiny_model import load_exactly, make_tiny_model

HELD_OUT = Path(__file__).parents[2] / "assistant" / "data" / "held_out.txt"


def offsets(message: str) -> list[tuple[int, int]]:
    """Of words and single signs, as MiniLM's tokens mostly are."""
    return [match.span() for match in re.finditer(r"\w+|[^\w\s]", clean(message))]


def tags(message: str, *said: Slots) -> list[str]:
    found = classes_of([("search", slots) for slots in said], message, offsets(message))
    return [TAGS[tag] for tag in found.tags]


def test_each_word_of_a_value_is_tagged_and_the_first_begins_it() -> None:
    slots = Slots(product="desk lamp", color=("black", "red"), price_max=Decimal(40))
    assert tags("a black or red desk lamp, under 40", slots) == [
        *("O", "B-color", "O", "B-color", "B-product", "I-product", "O", "O", "B-max"),
    ]


def test_the_values_of_every_act_are_tagged() -> None:
    assert tags("a lamp and a red vase", Slots(product="lamp"), Slots(product="vase", color=("red",))) == [
        *("O", "B-product", "O", "O", "B-color", "B-product"),
    ]


def test_the_whole_message_has_its_acts_and_what_no_words_say() -> None:
    message = "the second and the last, then the cheapest"
    acts = [("cart_add", Slots(ref=(2, "last"))), ("search", Slots(sort="price_asc"))]
    found = classes_of(acts, message, offsets(message))
    assert (found.intent, found.then) == (8, 1)  # of INTENTS the ninth; of the second acts, after none, the first
    assert [POINTED[place] for place, yes in enumerate(found.pointed) if yes] == [2, "last"]
    assert SORTS[found.sort] == "price_asc"
    assert found.gender == 0


class Proposes:
    """What a tagger says of a message: always the same line."""

    def line(self) -> str:
        return " search; product hi; color blue"


class Prefers:
    """A tagger that takes the reading at one place of the list."""

    def __init__(self, place: int) -> None:
        self.place = place

    def tag(self, message: str, last: Exchange | None) -> Proposes:
        return Proposes()

    def best(self, tagged: Proposes, readings: list[tuple[Parse, float]]) -> tuple[int, float]:
        return self.place % len(readings), -1.0


@pytest.mark.parametrize(
    ("intent", "said"),
    [
        ("search", Slots(product="desk lamp", color=("black", "red"), price_max=Decimal(40))),
        ("refine", Slots(gender="women", sort="price_asc", features=("warm",))),
        ("cart_add", Slots(ref=(1, 3), quantity=2)),
        ("ask_product", Slots(ref=("most_expensive",), ask="how warm")),
        ("bye", Slots()),
    ],
)
def test_classes_say_the_line_that_they_were_made_of(intent: Intent, said: Slots) -> None:
    message = "2 warm women's desk lamps, how warm? or a desk lamp, black or red, under 40"
    found = classes_of([(intent, said)], message, offsets(message))
    assert line_of(found, message, offsets(message)) == f" {write_answer(intent, said, message)}"


def test_a_word_in_two_tokens_is_of_the_value_of_the_first() -> None:
    found = classes_of([("search", Slots(color=("bl",), product="lamp"))], "blue lamp", [(0, 2), (2, 4), (5, 9)])
    assert line_of(found, "blue lamp", [(0, 2), (2, 4), (5, 9)]) == " search; color blue; product lamp"


def test_what_a_second_act_does_is_proposed_after_all_values() -> None:
    acts = [("cart_add", Slots(ref=(2,))), ("search", Slots(product="vase"))]
    found = classes_of(acts, "the second and a vase", offsets("the second and a vase"))
    assert (
        line_of(found, "the second and a vase", offsets("the second and a vase"))
        == " add; ref 2; product vase; then search"
    )


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def unbounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random weights are sure of nothing and seldom end a line: as many others are written as may be."""
    monkeypatch.setattr(parse_model, "FURTHER", 1000.0)
    monkeypatch.setattr(parse_model, "FORKS", 40)
    monkeypatch.setattr(parse_model, "LEFT", 10_000)
    monkeypatch.setattr(parse_model, "DOUBTED", 10_000)


def exact(parser: ModelParser, message: str, line: str) -> float:
    """The log of a line's probability, its tokens read one by one into a cache of its own."""
    from assistant.parse import message_text

    tokens = parser._tokens(line)
    if len(tokens) < TOKEN_LIMIT:  # a longer line was cut
        tokens.append(parser._model.eos)
    matcher, cache, total = parser._matcher(message), parser._model.cache(), 0.0
    with torch.inference_mode():
        (state,) = parser._model.read(parser._tokens(message_text(message)), cache)
        for token in tokens:
            allowed = torch.from_numpy(allowed_tokens(matcher))
            total += float(parser._model.logits(state, allowed).log_softmax(0)[allowed == token])
            if token != parser._model.eos:
                matcher.consume_token(token)
                (state,) = parser._model.read([token], cache)
    return total


@pytest.mark.usefixtures("unbounded")
@pytest.mark.parametrize("message", ["in blue", "hi there", "the blue one under 30, please"])
def test_the_other_lines_are_the_models_own_with_their_exact_probabilities(
    tiny: Path, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parse_model, "load", load_exactly)
    parser = ModelParser(tiny, None, tagger=Prefers(0))
    lines = parser.answers(message, None)
    assert lines[0] == ModelParser(tiny, None).answers(message, None)[0]
    assert len(lines) > 1
    for line, log_probability in lines:
        assert log_probability == pytest.approx(exact(parser, message, line), abs=1e-3)


@pytest.mark.usefixtures("unbounded")
def test_the_reading_that_the_tagger_prefers_is_taken(tiny: Path) -> None:
    message = "hi there"
    readings = ModelParser(tiny, None, tagger=Prefers(0)).readings(message, None)
    assert len(readings) > 1
    for place, (parse, log_probability) in enumerate(readings):
        assert ModelParser(tiny, None, tagger=Prefers(place)).read(message, None) == (parse, log_probability - 1.0)


@pytest.mark.usefixtures("unbounded")
def test_other_lines_that_do_not_end_within_the_tokens_left_are_given_up(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parser = ModelParser(tiny, None, tagger=Prefers(0))
    all_of_them = parser.answers("in blue", None)
    monkeypatch.setattr(parse_model, "LEFT", 0)
    ended_at_once = parser.answers("in blue", None)
    assert 1 < len(ended_at_once) < len(all_of_them)
    assert set(ended_at_once) < set(all_of_them)


@pytest.mark.usefixtures("unbounded")
def test_beside_a_line_longer_than_shoppers_need_none_is_written(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random weights write on to the limit."""
    monkeypatch.setattr(parse_model, "DOUBTED", TOKEN_LIMIT // 2)
    assert len(ModelParser(tiny, None, tagger=Prefers(0)).answers("in blue", None)) == 1


def test_the_model_that_knows_more_weighs_more() -> None:
    """The line prefers the wrong reading, the tags four times the right one by 2, once the wrong one by .5: 4 log s(2 t) + log s(-.5 t),
    s the logistic curve, is largest where 8 s(-2 t) = .5 s(.5 t), which is t = 1.57."""
    right_by_tags = (Rating(-1.0, 0.0), Rating(-3.0, 0.0))
    lists = [Rated((-2.0, -1.0), right_by_tags, (True, False)), Rated((-2.0, -1.5), right_by_tags, (True, False))]
    wrong_once = Rated((-1.0, -1.0), (Rating(-2.0, 0.0), Rating(-1.5, 0.0)), (True, False))
    rule = fit_rule([*lists, *lists, wrong_once])
    assert rule.line == 0
    assert rule.tags == pytest.approx(1.57, abs=0.02)


def test_lists_that_tell_nothing_apart_cannot_be_weighed_by() -> None:
    with pytest.raises(BadInput, match="Of 1 messages none has a right reading among wrong ones"):
        fit_rule([Rated((-1.0, -2.0), (Rating(-1, -1), Rating(-1, -1)), (False, False))])


GOALS = [
    {"text": "a red mug under 9", "intent": "search", "slots": {"product": "mug", "color": ["red"], "price_max": 9}},
    {"text": "in blue", "intent": "refine", "slots": {"color": ["blue"]}},
    {"text": "a blue mug", "intent": "search", "slots": {"product": "mug", "color": ["blue"]}},
]


@pytest.fixture
def goals(tmp_path: Path) -> Path:
    path = tmp_path / "goals.jsonl"
    path.write_text("\n".join(json.dumps(goal) for goal in GOALS * 8), encoding="utf-8")
    return path


@pytest.mark.models
def test_a_tagger_learns_what_it_is_shown_and_lies_beside_the_adapter(goals: Path, tmp_path: Path) -> None:
    base = model_path("all-minilm-l6-v2")
    recipe = Recipe(
        epochs=4, seed=3, batch=8, learning_rate=1e-3, composed=0, bounded=0, second_acts=0, typos=0, written=False
    )
    folder = train_tagger(Labels([goals]), base=base, adapter=tmp_path, recipe=recipe, threads=1)
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "config.json", "delta.safetensors"]
    assert "24 labelled messages of goals.jsonl" in (folder / "README.md").read_text(encoding="utf-8")
    tagger = read_tagger(tmp_path, base)
    assert tagger is not None
    right = Parse("search", Slots(product="mug", color=("red",)))
    wrong = Parse("search", Slots(product="red mug"))
    place, share = tagger.best(tagger.tag("a red mug", None), [(wrong, -1.0), (right, -1.0)])
    assert place == 1
    assert share < 0


SMALL = Recipe(epochs=2, seed=3, batch=24, composed=0, bounded=0, second_acts=0, typos=0, written=False)


@pytest.mark.models
def test_a_killed_training_goes_on_from_its_last_whole_epoch(
    goals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """24 messages in batches of 24 are one step an epoch; the second one does not come to its end."""
    base, labels, steps, step = model_path("all-minilm-l6-v2"), Labels([goals]), list[float](), train._Run._step

    def killed(run: train._Run, batch: list[train.Row], rate: float) -> float:
        if steps:
            raise KeyboardInterrupt
        steps.append(rate)
        return step(run, batch, rate)

    monkeypatch.setattr(train._Run, "_step", killed)
    with pytest.raises(KeyboardInterrupt):
        train_tagger(labels, base=base, adapter=tmp_path, recipe=SMALL, threads=1)
    monkeypatch.setattr(train._Run, "_step", lambda run, batch, rate: steps.append(rate) or step(run, batch, rate))
    folder = train_tagger(labels, base=base, adapter=tmp_path, recipe=SMALL, threads=1)
    assert steps == [SMALL.rate(0), SMALL.rate(0.5)]
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "config.json", "delta.safetensors"]


@pytest.mark.models
def test_a_training_may_begin_with_the_tagger_of_another_adapter(goals: Path, tmp_path: Path) -> None:
    """At a rate of 0 the new one is the one that it began from, but for the rounding to eight bits."""
    base, labels = model_path("all-minilm-l6-v2"), Labels([goals])
    first = train_tagger(labels, base=base, adapter=tmp_path / "one", recipe=SMALL, threads=1)
    still = replace(SMALL, epochs=1, learning_rate=0.0)
    second = train_tagger(labels, base=base, adapter=tmp_path / "two", recipe=still, start=tmp_path / "one", threads=1)
    before, after = (trained_network(base, folder).state_dict() for folder in (first, second))
    assert all(torch.allclose(weight, after[name], atol=1e-3) for name, weight in before.items())
    assert "Begun from the tagger of another adapter, one." in (second / "README.md").read_text(encoding="utf-8")


def test_an_adapter_without_a_tagger_has_none(tmp_path: Path) -> None:
    assert read_tagger(tmp_path, tmp_path) is None


def test_a_folder_that_is_no_tagger_is_named(tmp_path: Path) -> None:
    (tmp_path / CONFIG).write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="shop train tagger"):
        Tagger(tmp_path, tmp_path)


@pytest.mark.models
def test_the_weights_of_the_models_are_written_beside_the_tagger(tmp_path: Path) -> None:
    parser = build_local_parser(Settings(threads=1))
    (tmp_path / "tagger").mkdir()
    rule = weigh_tagger(parser, read_examples(HELD_OUT)[:12], tmp_path)
    assert rule == Rule.model_validate_json((tmp_path / "tagger" / CONFIG).read_text(encoding="utf-8"))
    assert RECIPE.held_out == 0  # what both are weighed by must be other files
