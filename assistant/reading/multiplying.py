"""x -> x Wᵀ in float32 for the weights of a model that reads a few tokens at a time, in the way that is quickest on this processor.

Few tokens are bound by the reading of W from memory. Imports torch, so it is imported only where it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional

from retrieval.hardware import compute_dtype

Multiply = Callable[[torch.Tensor], torch.Tensor]
Multiplier = Callable[[torch.Tensor], Multiply]  # from W, (out, in) float32

_TOKENS = 32  # of a text, for which the order of W is chosen


def quickest() -> Multiplier:
    """By what the processor can do, not by a clock, so that the same machine reads a message the same way each time."""
    if compute_dtype() is torch.bfloat16:
        return in_bfloat16
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


def in_bfloat16(weight: torch.Tensor) -> Multiply:
    """W in bfloat16, in the order in which oneDNN multiplies it: in torch's own order it is put into this one anew each time, which takes
    half as long again."""
    packed: Any = torch.ops.mkldnn._reorder_linear_weight(weight.bfloat16(), _TOKENS)
    multiply = torch.ops.mkldnn._linear_pointwise
    return lambda x: multiply(x.bfloat16(), packed, None, "none", [], "").float()
