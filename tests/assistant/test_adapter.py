"""Adapters in eight bits: what is read is what was written, to half a step of each row."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

from assistant.reading.adapter import WEIGHTS, average, read_adapter, save_adapter

ROWS = torch.tensor([[1.0, -0.5, 0.25], [0.0, 0.0, 0.0], [2e-4, 1e-4, -1e-4]])


def test_what_is_read_is_within_half_a_step_of_its_row(tmp_path: Path) -> None:
    save_adapter({"a.weight": ROWS}, tmp_path)
    error = (read_adapter(tmp_path)["a.weight"] - ROWS).abs().amax(dim=1)
    assert (error <= torch.tensor([1.0 / 254, 0.0, 2e-4 / 254]) * 1.001).all()


def test_an_adapter_takes_a_byte_a_weight(tmp_path: Path) -> None:
    size = save_adapter({"a.weight": torch.randn(64, 512)}, tmp_path)
    assert 64 * 512 < size < 64 * 512 * 1.05


def test_weights_as_peft_writes_them_are_read_too(tmp_path: Path) -> None:
    save_file({"a.weight": ROWS.half()}, tmp_path / WEIGHTS)
    assert torch.equal(read_adapter(tmp_path)["a.weight"], ROWS.half().float())


def test_the_average_of_two_adapters_changes_the_model_by_the_mean_of_their_changes() -> None:
    torch.manual_seed(0)
    first, second = ({"x.lora_A.w": torch.randn(rank, 9), "x.lora_B.w": torch.randn(7, rank)} for rank in (2, 3))
    mean = average([first, second], [0.25, 0.75], rank=5)
    changes = [one["x.lora_B.w"] @ one["x.lora_A.w"] for one in (first, second)]
    assert torch.allclose(mean["x.lora_B.w"] @ mean["x.lora_A.w"], 0.25 * changes[0] + 0.75 * changes[1], atol=1e-4)
    assert mean["x.lora_A.w"].shape == (5, 9)


def test_an_average_cut_to_a_smaller_rank_is_the_nearest_one() -> None:
    torch.manual_seed(1)
    one = {"x.lora_A.w": torch.randn(4, 9), "x.lora_B.w": torch.randn(7, 4)}
    cut = average([one], [1.0], rank=2)
    change = one["x.lora_B.w"] @ one["x.lora_A.w"]
    left_out = torch.linalg.svdvals(change)[2:]  # Eckart, Young: the error is what the smaller singular values hold
    assert torch.isclose((change - cut["x.lora_B.w"] @ cut["x.lora_A.w"]).norm(), left_out.norm(), atol=1e-4)
