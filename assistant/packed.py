"""Linear layers with weights packed as float16. Imports torch, so it is imported only where it is used."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class PackedLinear(nn.Module):
    """y = x Wᵀ + b in float32, W kept as float16 in the order in which FBGEMM multiplies it. For inference only.

    The layer that `torch.ao.quantization.quantize_dynamic` makes computes the same numbers (a test compares them), but packs
    each weight three times, twice of them zeros: two seconds of every start.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self._packed: Any = torch.ops.quantized.linear_prepack_fp16(linear.weight, linear.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., in) float32. Returns (..., out) float32."""
        y: torch.Tensor = torch.ops.quantized.linear_dynamic_fp16(x, self._packed)
        return y


def pack(module: nn.Module) -> None:
    """Puts a packed layer in the place of every linear one below `module`; changes nothing where torch was built without FBGEMM."""
    if "fbgemm" not in torch.backends.quantized.supported_engines:
        return
    for name, child in module.named_children():
        if isinstance(child, nn.Linear):
            setattr(module, name, PackedLinear(child))
        else:
            pack(child)
