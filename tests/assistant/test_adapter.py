"""Adapters in eight bits: what is read is what was written, to half a step of each row."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

from assistant.adapter import WEIGHTS, read_adapter, save_adapter

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
