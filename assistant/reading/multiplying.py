"""x -> x Wᵀ in float32 for the weights of a model that reads a few tokens at a time, in the way that is quickest on this processor.

Few tokens are bound by the reading of W from memory, many by arithmetic. Imports torch, so it is imported only where it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional

from retrieval.hardware import compute_dtype

Multiply = Callable[[torch.Tensor], torch.Tensor]
Multiplier = Callable[[torch.Tensor], Multiply]  # from W, (out, in) float32

NARROW = 4  # tokens up to which eight bits a weight are quicker than bfloat16, docs/log.md


def quickest() -> Multiplier:
    """By what the processor can do, not by a clock, so that the same machine reads a message the same way each time."""
    if compute_dtype() is torch.bfloat16:
        return by_width
    return in_half if "fbgemm" in torch.backends.quantized.supported_engines else exact


def exact(weight: torch.Tensor) -> Multiply:
    """W as it is."""
    return lambda x: functional.linear(x, weight)


def in_half(weight: torch.Tensor) -> Multiply:
    """W in float16, in the order in which FBGEMM multiplies it; float32 sums. 22 ms a token where float32 took 48, on one thread of a
    busy core without bfloat16."""
    packed: Any = torch.ops.quantized.linear_prepack_fp16(weight, None)
    multiply = torch.ops.quantized.linear_dynamic_fp16
    return lambda x: multiply(x, packed)


def by_width(weight: torch.Tensor) -> Multiply:
    """W twice: in eight bits with a scale a row for up to NARROW tokens, in bfloat16 for more, which a processor made for it multiplies
    many times as fast as float32."""
    wide = weight.bfloat16()
    scale = (weight.abs().amax(1) / 127).bfloat16().clamp(min=torch.finfo(torch.bfloat16).tiny)
    steps = (weight / scale[:, None].float()).round().clamp(-127, 127).to(torch.int8)

    def multiply(x: torch.Tensor) -> torch.Tensor:
        halved = x.bfloat16()
        if len(x) <= NARROW:
            return torch._weight_int8pack_mm(halved, steps, scale).float()
        return functional.linear(halved, wide).float()

    return multiply
