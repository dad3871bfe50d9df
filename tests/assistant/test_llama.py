"""Our forward against transformers' own, on the same weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from assistant.reading.llama import Branch, Llama, Text
from assistant.reading.multiplying import Multiplier, exact, in_half, quickest
from retrieval.models import model_path
from tests.assistant.tiny_model import make_tiny_model

TOKENS = [72, 105, 33, 8, 8, 200, 41, 17, 9, 101, 5]


def expected(folder: Path, tokens: list[int]) -> torch.Tensor:
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.inference_mode():
        hidden: torch.Tensor = model.model(input_ids=torch.tensor([tokens])).last_hidden_state[0]
    return hidden


def distance(got: torch.Tensor, exact: torch.Tensor) -> float:
    return float((got - exact).norm() / exact.norm())


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.mark.parametrize("steps", [[11], [1] * 11, [7, 1, 1, 2], [4, 3, 4]])
def test_however_a_text_is_cut_the_states_are_those_of_transformers(tiny: Path, steps: list[int]) -> None:
    model = Llama(tiny, multiplier=in_half)
    cache, states, begin = model.cache(), [], 0
    with torch.inference_mode():
        for step in steps:
            states.append(model.read(TOKENS[begin : begin + step], cache, last=step))
            begin += step
    assert cache.length == len(TOKENS)
    assert distance(torch.cat(states), expected(tiny, TOKENS)) < 2e-3  # float16 keeps 11 bits of a weight


def test_a_cache_set_back_forgets_what_came_after(tiny: Path) -> None:
    model = Llama(tiny)
    with torch.inference_mode():
        plain, tried = model.cache(), model.cache()
        model.read(TOKENS[:5], plain)
        model.read([*TOKENS[:5], 1, 2, 3], tried)
        tried.length = 5
        assert torch.equal(model.read(TOKENS[5:], tried), model.read(TOKENS[5:], plain))


def test_texts_that_part_from_one_are_read_side_by_side_as_each_by_itself(tiny: Path) -> None:
    """Both begin with TOKENS[:5], at places 0 to 4; the first has read 1 and 2 besides, at places 5 and 7."""
    model = Llama(tiny, multiplier=in_half)
    first, second = [*TOKENS[:5], 1, 2, 3], [*TOKENS[:5], 9, 8, 7]
    with torch.inference_mode():
        cache = model.cache()
        model.read(TOKENS[:5], cache)
        model.read_branches([Branch([1], range(5)), Branch([9], range(5))], cache)
        model.read_branches([Branch([2], [*range(5), 5])], cache)
        one, other = model.read_branches([Branch([3], [*range(5), 5, 7]), Branch([8, 7], [*range(5), 6])], cache)
    assert cache.length == 5 + 2 + 1 + 3
    assert distance(one, expected(tiny, first)[-1:]) < 2e-3
    assert distance(other, expected(tiny, second)[-2:]) < 2e-3


def test_several_texts_are_read_in_one_pass_as_each_by_itself(tiny: Path) -> None:
    model = Llama(tiny, multiplier=in_half)
    with torch.inference_mode():
        caches = [model.cache(), model.cache(), model.cache()]
        model.read(TOKENS[:5], caches[0])
        model.read(TOKENS[:3], caches[1])
        (one,), (other,), (empty, beside) = model.read_texts(
            [
                Text([Branch(TOKENS[5:], range(5))], caches[0]),
                Text([Branch(TOKENS[3:4], range(3))], caches[1]),
                Text([Branch(TOKENS[:2], ()), Branch([9, 8, 7], ())], caches[2]),
            ]
        )
    assert [cache.length for cache in caches] == [11, 4, 5]
    assert distance(one, expected(tiny, TOKENS)[5:]) < 2e-3
    assert distance(other, expected(tiny, TOKENS[:4])[3:]) < 2e-3
    assert distance(empty, expected(tiny, TOKENS[:2])) < 2e-3
    assert distance(beside, expected(tiny, [9, 8, 7])) < 2e-3


def test_a_text_longer_than_the_room_of_a_cache_is_read_whole(tiny: Path) -> None:
    model, tokens = Llama(tiny, multiplier=in_half), TOKENS * 20
    with torch.inference_mode():
        got = model.read(tokens, model.cache())
    assert distance(got[0], expected(tiny, tokens)[-1]) < 2e-3


def test_a_model_of_another_kind_is_refused_with_what_is_different(tiny: Path, tmp_path: Path) -> None:
    for file in tiny.iterdir():
        text = file.read_bytes()
        (tmp_path / file.name).write_bytes(text.replace(b'"silu"', b'"gelu"'))
    with pytest.raises(ValueError, match="hidden_act is 'gelu'"):
        Llama(tmp_path)


@pytest.mark.parametrize(
    ("multiplier", "most"),
    [
        (in_half, 1e-3),  # 11 bits of a weight, of which rounding loses half of the last
        (quickest(), 5e-3),  # in bfloat16 8 bits of both factors
        (exact, 1e-6),
    ],
)
@pytest.mark.parametrize("tokens", [1, 5, 40])
def test_a_product_is_as_near_to_the_exact_one_as_its_weights(multiplier: Multiplier, most: float, tokens: int) -> None:
    torch.manual_seed(1)
    weight, x = torch.randn(96, 64), torch.randn(tokens, 64)
    got = multiplier(weight)(x)
    assert got.dtype is torch.float32
    assert distance(got, x @ weight.T) < most


@pytest.mark.models
@pytest.mark.parametrize(("multiplier", "most"), [(in_half, 2e-3), (quickest(), 1e-2)])
def test_the_shipped_model_reads_as_transformers_does(multiplier: Multiplier, most: float) -> None:
    folder = model_path("smollm2-135m-instruct")
    tokens = list(range(1000, 1040))
    with torch.inference_mode():
        model = Llama(folder, multiplier=multiplier)
        got = model.read(tokens, model.cache(), last=len(tokens))
    assert distance(got, expected(folder, tokens)) < most
