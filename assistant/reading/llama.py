"""A Llama decoder for a few short texts at a time: what transformers computes, in fewer and larger operations.

On two cores half the time of a token is not spent in multiplying but between the operations. So queries, keys and values are one
multiplication, as are the gate and the way up; the weights of the norms and the scale of attention are in the matrices;
a rotation is one complex product; keys and values are written into memory that is there already.

Imports torch, so it is imported only where it is used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch.nn import functional

from .adapter import read_adapter
from .multiplying import Multiplier, Multiply, quickest

ROOM = 64  # tokens by which a cache grows

Weights = MutableMapping[str, torch.Tensor]


class Cache:
    """Keys and values, (layers, 2, kv heads, room, head width) float32, of the first `length` tokens of a text."""

    def __init__(self, layers: int, heads: int, width: int) -> None:
        self.length = 0
        self._kept = torch.empty(layers, 2, heads, 0, width)

    def room_for(self, tokens: int) -> torch.Tensor:
        """The memory, at least `tokens` longer than what is read."""
        missing = self.length + tokens - self._kept.shape[3]
        if missing > 0:
            self._kept = functional.pad(self._kept, (0, 0, 0, -(-missing // ROOM) * ROOM))
        return self._kept


@dataclass(frozen=True)
class Branch:
    """The next tokens of a text. seen: the places in a cache that hold the text before them, in its order."""

    tokens: Sequence[int]
    seen: Sequence[int]


@dataclass(frozen=True)
class Text:
    """A text in a cache, and the branches that are read next."""

    branches: Sequence[Branch]
    cache: Cache


class _Part:
    """What a text has in a pass. counts: tokens of its branches; they lie in the cache from `begin` to `end`. unseen: -inf where a token
    would see a later one or another branch's, (heads / groups * tokens, end); None where each sees all."""

    def __init__(self, text: Text, repeated: int) -> None:
        branches, cache = text.branches, text.cache
        self.counts = [len(branch.tokens) for branch in branches]
        self.count = sum(self.counts)
        self.begin, self.end = cache.length, cache.length + self.count
        self.kept = cache.room_for(self.count)
        self.tokens = [token for branch in branches for token in branch.tokens]
        self.positions = [len(branch.seen) + place for branch in branches for place in range(len(branch.tokens))]
        self.unseen = self._unseen(branches, repeated)

    def _unseen(self, branches: Sequence[Branch], repeated: int) -> torch.Tensor | None:
        if self.count == 1 and len(branches[0].seen) == self.begin:
            return None
        unseen, row = torch.full((self.count, self.end), -torch.inf), 0
        for branch in branches:
            rows = unseen[row : row + len(branch.tokens)]
            rows[:, list(branch.seen)] = 0.0
            rows[:, self.begin + row : self.begin + row + len(rows)].triu_(1)
            row += len(rows)
        return unseen.repeat(repeated, 1)


@dataclass(frozen=True)
class _Layer:
    qkv: Multiply
    out: Multiply
    gate_up: Multiply
    down: Multiply


class Llama:
    """Touvron et al., 2023, with grouped queries (Ainslie et al., 2023), rotated positions (Su et al., 2021) and tied or own head."""

    def __init__(self, folder: Path, adapter: Path | None = None, multiplier: Multiplier | None = None) -> None:
        """The model in a folder as transformers saves it, a LoRA adapter merged in. ValueError, OSError or LookupError where it is none.

        multiplier: how its weights are kept and multiplied; the quickest where none is given."""
        from transformers import AutoConfig

        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        _require_plain(config)
        stored = _Stored(load_file(folder / "model.safetensors"), changes(adapter) if adapter else {})
        self.eos: int = config.eos_token_id
        self._heads, self._groups = config.num_attention_heads, config.num_key_value_heads
        self._width: int = config.head_dim
        self._eps: float = config.rms_norm_eps
        self._embedding = stored.looked_up("model.embed_tokens.weight")  # (V, D)
        self._head = stored.looked_up("lm_head.weight") if "lm_head.weight" in stored.weights else self._embedding
        self._norm = stored.take("model.norm.weight")
        turns = _turns(config.max_position_embeddings, self._width, config.rope_parameters["rope_theta"])
        self._turns = turns[:, None]  # (positions, 1, width / 2) complex
        multiplier = multiplier or quickest()
        with ThreadPoolExecutor() as pool:  # putting weights in another order is most of a start, and a thread's alone
            names = [f"model.layers.{i}." for i in range(config.num_hidden_layers)]
            self._layers = list(pool.map(lambda name: self._layer(stored, name, multiplier), names))

    def cache(self) -> Cache:
        """One that has read nothing."""
        return Cache(len(self._layers), self._groups, self._width)

    def read(self, tokens: Sequence[int], cache: Cache, *, last: int = 1) -> torch.Tensor:
        """Hidden states after the `last` tokens, (last, D) float32, of the one text in a cache, which grows by all of `tokens`."""
        (states,) = self.read_branches([Branch(tokens, range(cache.length))], cache)
        return states[-last:]

    def read_branches(self, branches: Sequence[Branch], cache: Cache) -> list[torch.Tensor]:
        """Hidden states after each token of each branch of one text, (T, D) float32 of its T tokens; the cache grows by the tokens of the
        first branch, then those of the next (Miao et al., 2024, arXiv:2305.09781)."""
        (states,) = self.read_texts([Text(branches, cache)])
        return states

    def read_texts(self, texts: Sequence[Text]) -> list[list[torch.Tensor]]:
        """The same for each of several texts. All go through the weights together, which is where the time goes."""
        parts = [_Part(text, self._heads // self._groups) for text in texts]
        sizes = [part.count for part in parts]
        turns = [self._turns[part.positions] for part in parts]
        x = self._embedding[torch.tensor([token for part in parts for token in part.tokens])].float()
        for at, layer in enumerate(self._layers):
            qkv = torch.split(layer.qkv(self._normal(x)), sizes)
            attended = [
                self._attend(own, turned, part, at) for own, turned, part in zip(qkv, turns, parts, strict=True)
            ]
            x = x + layer.out(torch.cat(attended))
            gate, up = layer.gate_up(self._normal(x)).chunk(2, dim=-1)
            x = x + layer.down(functional.silu(gate) * up)
        for text, part in zip(texts, parts, strict=True):
            text.cache.length = part.end
        states = torch.split(self._normal(x) * self._norm, sizes)
        return [list(torch.split(own, part.counts)) for own, part in zip(states, parts, strict=True)]

    def logits(self, hidden: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        """Of these tokens only, (n,), after a hidden state (D,): few are allowed at a time, and the head is a fifth of all weights."""
        return self._head[tokens].float() @ hidden

    def _attend(self, qkv: torch.Tensor, turns: torch.Tensor, part: _Part, layer: int) -> torch.Tensor:
        """(T, D) of attended values; the keys and values of these T tokens are written into the text's cache."""
        count, rotated = len(qkv), self._heads + self._groups
        keys, values = part.kept[layer]
        heads = qkv.view(count, -1, self._width)
        pairs = heads[:, :rotated].view(count, rotated, -1, 2)
        turned = torch.view_as_real(torch.view_as_complex(pairs) * turns).flatten(-2)
        keys[:, part.begin : part.end] = turned[:, self._heads :].transpose(0, 1)
        values[:, part.begin : part.end] = heads[:, rotated:].transpose(0, 1)
        queries = turned[:, : self._heads].transpose(0, 1).reshape(self._groups, -1, self._width)
        scores = torch.bmm(queries, keys[:, : part.end].transpose(1, 2))  # (groups, heads / groups * T, end)
        if part.unseen is not None:
            scores += part.unseen
        attended = torch.bmm(scores.softmax(-1), values[:, : part.end])
        return attended.view(self._heads, count, self._width).transpose(0, 1).reshape(count, -1)

    def _normal(self, x: torch.Tensor) -> torch.Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True).add_(self._eps))

    def _layer(self, stored: _Stored, name: str, multiplier: Multiplier) -> _Layer:
        def take(part: str) -> torch.Tensor:
            return stored.take(f"{name}{part}.weight")

        before, between = take("input_layernorm"), take("post_attention_layernorm")
        queries = self._pairwise(take("self_attn.q_proj")) * self._width**-0.5
        keys = self._pairwise(take("self_attn.k_proj"))
        return _Layer(
            qkv=multiplier(torch.cat([queries, keys, take("self_attn.v_proj")]) * before),
            out=multiplier(take("self_attn.o_proj")),
            gate_up=multiplier(torch.cat([take("mlp.gate_proj"), take("mlp.up_proj")]) * between),
            down=multiplier(take("mlp.down_proj")),
        )

    def _pairwise(self, weight: torch.Tensor) -> torch.Tensor:
        """The rows that are rotated together, i and i + width / 2 of each head, side by side."""
        return weight.view(-1, 2, self._width // 2, weight.shape[1]).transpose(1, 2).reshape(weight.shape)


class _Stored:
    """Weights as they are on disk, each merged with the adapter's change when it is taken: all of them at once in float32 would be the
    most that the process ever holds. LookupError where the adapter changes what the model has not."""

    def __init__(self, weights: Weights, changed: Mapping[str, tuple[torch.Tensor, torch.Tensor]]) -> None:
        self.weights, self._changed = weights, changed
        if unknown := changed.keys() - weights.keys():
            raise LookupError(f"the model has no weight {min(unknown)!r}, which the adapter changes")

    def take(self, name: str) -> torch.Tensor:
        """In float32; it is not kept."""
        weight = self.weights.pop(name).float()
        return weight.addmm(*self._changed[name]) if name in self._changed else weight

    def looked_up(self, name: str) -> torch.Tensor:
        """One of which few rows are used at a time, so that it stays as it is on disk; a copy, since a view would keep the whole file."""
        return self.take(name) if name in self._changed else self.weights[name].clone()


def changes(adapter: Path) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """By the name of a weight, (alpha / r) B and A, (out, r) and (r, in), of a LoRA adapter in PEFT's format. Hu et al., 2021."""
    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    parts = read_adapter(adapter)
    scale = config["lora_alpha"] / config["r"]
    return {
        name.removeprefix("base_model.model.").replace(".lora_A.", "."): (
            scale * parts[name.replace(".lora_A.", ".lora_B.")],
            down,
        )
        for name, down in parts.items()
        if name.endswith(".lora_A.weight")
    }


def _turns(positions: int, width: int, base: float) -> torch.Tensor:
    """e^(i p / base^(2 k / width)), (positions, width / 2) complex64."""
    angles = torch.arange(positions)[:, None] / base ** (torch.arange(0, width, 2) / width)
    return torch.polar(torch.ones_like(angles), angles)


def _require_plain(config: Any) -> None:
    """ValueError where the model computes something that `Llama` does not."""
    plain = {"model_type": "llama", "hidden_act": "silu", "attention_bias": False, "mlp_bias": False}
    for name, value in plain.items():
        if getattr(config, name, None) != value:
            raise ValueError(f"its {name} is {getattr(config, name, None)!r}, not {value!r}")
    if config.rope_parameters["rope_type"] != "default":
        raise ValueError(f"its positions are of the type {config.rope_parameters['rope_type']}, not default")
