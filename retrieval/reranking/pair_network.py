"""The network of the cross-encoder: a request and a listing read together by MiniLM, one number out.

Imports torch, so it is imported only where it is used.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import normalize
from transformers import AutoModel

HEAD = 5.0  # the head's first weight: five times the cosine, as the linear mix weighs it
WEIGHTS, CONFIG = "delta.safetensors", "config.json"


class PairNetwork(nn.Module):
    """score = w · (q̂ ⊙ d̂) + v · CLS + b.

    q̂, d̂: mean token vectors of request and listing, unit length, after both have read each other. With w all equal and v = 0, the
    start, this is the embedder's cosine with attention across; training goes on from there instead of from nothing.
    """

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        width = encoder.config.hidden_size
        self.match = nn.Parameter(torch.full((width,), HEAD))
        self.gist = nn.Parameter(torch.zeros(width))
        self.bias = nn.Parameter(torch.zeros(()))

    def forward(self, ids: torch.Tensor, listing: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """ids, listing, mask: (B, T); listing is 1 on the listing's tokens, mask 1 on all that are no padding. Returns (B,) float32."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state  # (B, T, D)
        hidden = hidden.float()
        request = _mean(hidden, mask * (1 - listing))  # (B, D)
        product = _mean(hidden, listing)  # (B, D)
        # sums and not matrix products: those would be rounded to bfloat16 under autocast, which ties near scores
        scores: torch.Tensor = (request * product * self.match).sum(-1) + (hidden[:, 0] * self.gist).sum(-1) + self.bias
        return scores

    def token_shares(self, ids: torch.Tensor, listing: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(B, T): what each of the listing's tokens adds to w · (q̂ ⊙ d̂), times how many there are; 0 on other tokens.

        d̂ is a sum over tokens divided by one length, so the shares add up to that term: nothing is estimated.
        """
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()  # (B, T, D)
        request = _mean(hidden, mask * (1 - listing))  # (B, D)
        weights = listing.unsqueeze(-1).to(hidden.dtype)
        length = ((hidden * weights).sum(1) / weights.sum(1).clamp(min=1)).norm(dim=-1)  # (B,)
        shares: torch.Tensor = (hidden * (request * self.match).unsqueeze(1)).sum(-1) * listing
        parts: torch.Tensor = shares / length.unsqueeze(-1)
        return parts


def _mean(hidden: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """Unit vectors (B, D): the mean over the chosen tokens."""
    weights = chosen.unsqueeze(-1).to(hidden.dtype)
    return normalize((hidden * weights).sum(1) / weights.sum(1).clamp(min=1), dim=-1)


def new_network(base: Path) -> PairNetwork:
    """The network as it starts, float32; the word vectors are frozen: they know more words than any training list has."""
    network = PairNetwork(AutoModel.from_pretrained(base, dtype=torch.float32, add_pooling_layer=False))
    network.encoder.embeddings.requires_grad_(False)
    return network


def save_delta(network: PairNetwork, base: Path, folder: Path, *, rank: int, extra: dict[str, Any]) -> int:
    """Write what training changed, as float16, and return its bytes: each weight matrix's change cut to `rank` by SVD, the rest in full."""
    start = AutoModel.from_pretrained(base, dtype=torch.float32, add_pooling_layer=False).state_dict()
    tensors: dict[str, torch.Tensor] = {}
    for name, weight in network.state_dict().items():
        before = start.get(name.removeprefix("encoder."))
        change = weight.detach().cpu().float() - (before if before is not None else 0)
        if before is not None and not change.any():
            continue
        if change.ndim == 2 and min(change.shape) > rank:
            left, middle, right = torch.linalg.svd(change, full_matrices=False)
            root = middle[:rank].sqrt()
            tensors[f"{name}.left"] = (left[:, :rank] * root).half().contiguous()
            tensors[f"{name}.right"] = (root[:, None] * right[:rank]).half().contiguous()
        else:
            tensors[name] = change.half().contiguous()
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / WEIGHTS)
    (folder / CONFIG).write_text(json.dumps(extra, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return (folder / WEIGHTS).stat().st_size


def load_network(base: Path, folder: Path, *, dtype: torch.dtype) -> PairNetwork:
    """The trained network for inference; the encoder in `dtype`, the head in float32."""
    network = trainable(base, folder)
    network.encoder.to(dtype)
    return network.eval().requires_grad_(False)


def trainable(base: Path, folder: Path) -> PairNetwork:
    """The trained network as training goes on from it, float32: MiniLM's weights plus the changes."""
    network = new_network(base)
    state = network.state_dict()
    with torch.no_grad():
        for head in (network.match, network.gist, network.bias):
            head.zero_()
        changes = load_file(folder / WEIGHTS)
        for name, tensor in changes.items():
            if name.endswith(".left"):
                plain = name.removesuffix(".left")
                state[plain] += tensor.float() @ changes[f"{plain}.right"].float()
            elif not name.endswith(".right"):
                state[name] += tensor.float()
    return network
