"""Packed layers against the layers of torch that they stand in for."""

import copy
import warnings

import torch
from torch import nn

from assistant.packed import PackedLinear, pack


def small() -> nn.Module:
    torch.manual_seed(7)
    return nn.Sequential(nn.Linear(24, 16), nn.ModuleDict({"inner": nn.Linear(16, 8, bias=False)})["inner"]).eval()


def test_packed_layers_compute_what_torchs_own_do() -> None:
    ours, theirs = small(), small()
    pack(ours)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch says that this moves to another package one day
        torch.ao.quantization.quantize_dynamic(theirs, {nn.Linear}, dtype=torch.float16, inplace=True)
    x = torch.randn(3, 5, 24)
    with torch.inference_mode():
        assert torch.equal(ours(x), theirs(x))


def test_packed_layers_are_near_the_exact_ones() -> None:
    exact = small()
    packed = copy.deepcopy(exact)
    pack(packed)
    x = torch.randn(4, 24)
    with torch.inference_mode():
        assert torch.allclose(
            packed(x), exact(x), atol=2e-3
        )  # float16 has 11 bits: 24 products of about 0.2 err by under 1e-3


def test_every_linear_layer_is_packed_however_deep() -> None:
    deep = nn.Sequential(nn.Sequential(nn.Sequential(nn.Linear(4, 4))), nn.Linear(4, 2))
    pack(deep)
    assert not any(isinstance(module, nn.Linear) for module in deep.modules())
    assert sum(isinstance(module, PackedLinear) for module in deep.modules()) == 2
