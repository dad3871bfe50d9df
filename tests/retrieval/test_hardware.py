"""Models compute in what the processor is good at."""

from __future__ import annotations

import pytest
import torch

from retrieval.hardware import compute_dtype


@pytest.mark.parametrize(
    ("told", "dtype"),
    [
        ({"avx512_f": True, "avx512_bf16": True}, torch.bfloat16),
        ({"avx512_f": True, "avx512_bf16": False}, torch.float32),
        ({}, torch.float32),
    ],
)
def test_bfloat16_is_for_processors_with_instructions_for_it(
    told: dict[str, bool], dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: told)
    assert compute_dtype() is dtype
