"""The tagger's network: MiniLM over the last exchange and a message, a class for each token of the message and some for the whole.

A joint tagger of intents and slots (Chen, Zhuo and Wang, 2019, arXiv:1902.10909). Imports torch, so it is imported only where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import AutoModel

from ..adapter import read_rounded, save_rounded
from .classes import SIZES, TAGS

WEIGHTS = "delta.safetensors"
DROPOUT = 0.1
_KEPT = "encoder."  # what names of weights begin with of which the base model has the start


class TagNetwork(nn.Module):
    """tags = W h + b at each token; the message's classes from the first token's vector beside the mean over the message's tokens."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        self.tags = nn.Linear(width, len(TAGS))
        self.whole = nn.Linear(2 * width, sum(SIZES))
        self.dropout = nn.Dropout(DROPOUT)

    def forward(
        self, ids: torch.Tensor, message: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
        """ids, message, mask: (B, T); message is 1 on the message's tokens, mask 1 on all that is no padding.

        Returns numbers before the softmax, float32: (B, T, tags), and (B, n) for each of SIZES.
        """
        output = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=message)
        hidden = self.dropout(output.last_hidden_state)  # (B, T, D)
        weights = message.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)
        whole = self.whole(torch.cat([hidden[:, 0], mean], dim=-1).to(self.whole.weight.dtype))
        return self.tags(hidden.to(self.tags.weight.dtype)).float(), whole.float().split(SIZES, dim=-1)


def new_network(base: Path) -> TagNetwork:
    """The network as training begins, float32; the word vectors are frozen: they know more words than the labels have."""
    network = TagNetwork(AutoModel.from_pretrained(base, dtype=torch.float32, add_pooling_layer=False))
    network.encoder.embeddings.requires_grad_(False)
    return network


def save_network(network: TagNetwork, base: Path, folder: Path) -> int:
    """Write what training changed in MiniLM, and the heads, in eight bits a weight; returns the bytes."""
    start = new_network(base).state_dict()
    changes = {name: _change(name, weight.cpu(), start) for name, weight in network.state_dict().items()}
    folder.mkdir(parents=True, exist_ok=True)
    return save_rounded({name: change for name, change in changes.items() if change.any()}, folder / WEIGHTS)


def load_network(base: Path, folder: Path, *, dtype: torch.dtype) -> TagNetwork:
    """The trained network for inference; the encoder in `dtype`, the heads in float32."""
    network = trained_network(base, folder)
    network.encoder.to(dtype)
    return network.eval().requires_grad_(False)


def trained_network(base: Path, folder: Path) -> TagNetwork:
    """The trained network as training goes on from it, float32."""
    network = new_network(base)
    state = network.state_dict()
    for name, change in read_rounded(folder / WEIGHTS).items():
        state[name].copy_(state[name] + change if name.startswith(_KEPT) else change)
    return network


def _change(name: str, weight: torch.Tensor, start: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """The heads have no weights to begin with: theirs are written whole."""
    return weight - start[name] if name.startswith(_KEPT) else weight
