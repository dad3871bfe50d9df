"""Weights on disk as whole numbers of eight bits with a scale a row: a LoRA adapter by PEFT's names, of which rank 32 fits into 10 MB,
and other changes.

Imports torch, so it is imported only where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

WEIGHTS = "adapter_model.safetensors"
_SCALE = ".scale"
_LARGEST = 127


def save_adapter(weights: Mapping[str, torch.Tensor], folder: Path) -> int:
    """Writes the matrices of an adapter; returns the file's bytes."""
    return save_rounded(weights, folder / WEIGHTS)


def read_adapter(folder: Path) -> dict[str, torch.Tensor]:
    """The matrices by PEFT's names, float32. Reads what `save_adapter` wrote and what PEFT writes itself."""
    return read_rounded(folder / WEIGHTS)


def save_rounded(weights: Mapping[str, torch.Tensor], path: Path) -> int:
    """Writes matrices, (rows, columns) each, rounded to 255 steps a row, and vectors as float16; returns the file's bytes."""
    tensors: dict[str, torch.Tensor] = {}
    for name, weight in weights.items():
        plain = weight.detach().float().cpu()
        if plain.ndim < 2:
            tensors[name] = plain.half()
        else:
            tensors[name], tensors[name + _SCALE] = _rounded(plain)
    save_file(tensors, path)
    return path.stat().st_size


def read_rounded(path: Path) -> dict[str, torch.Tensor]:
    """What `save_rounded` wrote, float32."""
    kept = load_file(path)
    return {
        name: weight.float() * kept[name + _SCALE].float()[:, None] if name + _SCALE in kept else weight.float()
        for name, weight in kept.items()
        if not name.endswith(_SCALE)
    }


def average(
    adapters: Sequence[Mapping[str, torch.Tensor]], weights: Sequence[float], *, rank: int
) -> dict[str, torch.Tensor]:
    """The adapter of this rank nearest to the weighted mean of the changes B A of several (Eckart, Young, 1936). Their ranks may differ.

    Averages of models tuned from the same weights are often better than each (Wortsman et al., ICML 2022). The mean is taken of the
    products, since B and A of different runs do not fit together. alpha / rank must be the same for all.
    """
    mean: dict[str, torch.Tensor] = {}
    for name in (name for name in adapters[0] if ".lora_A." in name):
        other = name.replace(".lora_A.", ".lora_B.")
        down = torch.cat([one[name] for one in adapters])  # (sum of ranks, in)
        up = torch.cat(
            [one[other] * weight for one, weight in zip(adapters, weights, strict=True)], dim=1
        )  # (out, sum of ranks)
        (q_up, r_up), (q_down, r_down) = torch.linalg.qr(up), torch.linalg.qr(down.T)
        left, middle, right = torch.linalg.svd(r_up @ r_down.T)
        root = middle[:rank].sqrt()
        mean[other] = (q_up @ left[:, :rank]) * root
        mean[name] = (root[:, None] * right[:rank]) @ q_down.T
    return mean


def _rounded(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """(steps, (rows, columns) int8; scale, (rows,) float32) with steps * scale nearest to the weight. A row of zeros has scale 1."""
    scale = weight.abs().amax(dim=1) / _LARGEST
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (weight / scale[:, None]).round().to(torch.int8), scale
