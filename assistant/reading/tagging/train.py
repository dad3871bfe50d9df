"""Tuning the tagger on the messages that the parser learns from, and weighing it against the language model. Reproducible by seed."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from retrieval.errors import BadInput
from retrieval.hardware import compute_dtype, use_threads, without_progress_bars
from retrieval.reranking.cross_encoder import padded

from ...checkpoint import Progressed, save_state, saved_state
from ...labelled.evaluate import is_right
from ...model import Example
from ...parse import clean
from ...train import Labels, Recipe, by_length, epoch_examples, take_steps
from .classes import Classes, classes_of
from .tagger import CONFIG, FOLDER, Encoded, Encoder, Rating, Rule

if TYPE_CHECKING:  # torch is loaded only where a model is tuned: importing this module must stay cheap
    import torch

    from ...parse_model import ModelParser
    from .network import TagNetwork

HEAD_RATE = 5.0  # times the rate of the encoder
RECIPE = Recipe(
    epochs=3, seed=1, batch=32, learning_rate=3e-4, warmup=0.05, composed=2600, bounded=0.08, second_acts=0.06, swaps=0.25,
    held_out=0.0,
)  # fmt: skip
EQUAL = Rule(line=1.0, tags=1.0, whole=1.0)  # before any list was weighed
_IGNORED = -100  # the tag that cross entropy leaves out

Row = tuple[Encoded, Classes]


@dataclass(frozen=True)
class Rated:
    """The readings of one message: what each model says of each, and which of them are right."""

    log_probabilities: tuple[float, ...]
    ratings: tuple[Rating, ...]
    right: tuple[bool, ...]


def train_tagger(
    labels: Labels,
    *,
    base: Path,
    adapter: Path,
    recipe: Recipe = RECIPE,
    start: Path | None = None,
    threads: int = 2,
) -> Path:
    """The folder with the tuned tagger beside the adapter, made from the labels. Both models count the same until they are weighed.

    start: an adapter whose tagger to go on from. A killed run started again goes on from its last whole epoch.
    """
    use_threads(threads)
    without_progress_bars()
    folder = adapter / FOLDER
    run = _Run(base, folder.with_name(folder.name + ".part"), recipe, start)
    run.train(labels)
    return run.publish(folder, labels)


def weigh_tagger(parser: ModelParser, examples: Sequence[Example], adapter: Path) -> Rule:
    """The rule by which the right readings of these messages are likeliest, written to the tagger's folder beside the adapter. Neither
    model may have been tuned on the messages; BadInput where none of them has right and wrong readings."""
    rule = fit_rule([rated(parser, example) for example in examples if clean(example.message)])
    (adapter / FOLDER / CONFIG).write_text(rule.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return rule


def rated(parser: ModelParser, example: Example) -> Rated:
    """What both models say of a labelled message."""
    readings = parser.readings(example.message, example.last)
    parses = [parse for parse, _ in readings]
    ratings = parser.tagger.tag(example.message, example.last).rate(parses) if parser.tagger else []
    right = [is_right(example, parse) for parse in parses]
    return Rated(tuple(log_p for _, log_p in readings), tuple(ratings), tuple(right))


def fit_rule(lists: Sequence[Rated]) -> Rule:
    """The weights, none below 0, under which the right readings are likeliest, softmax over each list (McFadden, 1974)."""
    import numpy as np
    from scipy.optimize import minimize

    telling = [one for one in lists if any(one.right) and not all(one.right)]
    if not telling:
        raise BadInput(
            f"Of {len(lists)} messages none has a right reading among wrong ones.",
            fix="give more labelled messages that the parser was not tuned on",
        )
    tables = [
        np.array([[log_p, r.tags, r.whole] for log_p, r in zip(one.log_probabilities, one.ratings, strict=True)])
        for one in telling
    ]
    rights = [np.array(one.right) for one in telling]

    def surprise(weights: np.ndarray) -> float:
        total = 0.0
        for table, right in zip(tables, rights, strict=True):
            worth = table @ weights
            total -= np.logaddexp.reduce(worth[right]) - np.logaddexp.reduce(worth)
        return total

    found = minimize(surprise, np.ones(3), bounds=[(0, None)] * 3)
    line, tags, whole = (float(weight) for weight in found.x)
    return Rule(line=line, tags=tags, whole=whole)


class _Run:
    """The network being tuned and its optimizer."""

    def __init__(self, base: Path, part: Path, recipe: Recipe, start: Path | None) -> None:
        import torch

        from .network import new_network, trained_network

        torch.manual_seed(recipe.seed)
        self.base, self.part, self.recipe, self.encoder = base, part, recipe, Encoder(base)
        self.start = start
        self.network: TagNetwork = trained_network(base, start / FOLDER) if start else new_network(base)
        self.network.train()
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network.to(self.device)
        body = [weight for weight in self.network.encoder.parameters() if weight.requires_grad]
        heads = [*self.network.tags.parameters(), *self.network.whole.parameters()]
        groups = [{"params": body, "times": 1.0}, {"params": heads, "times": HEAD_RATE}]
        self.weights = [*body, *heads]
        self.optimizer = torch.optim.AdamW(groups, lr=recipe.learning_rate, weight_decay=0.01)
        self.progress, self.messages = Progressed(), 0
        if (state := saved_state(part, recipe, self.progress, self.optimizer)) is not None:
            self.network.load_state_dict(state["network"])

    def train(self, labels: Labels) -> None:
        """All epochs that are left, with a progress bar on standard error."""
        own, replay = labels.read()
        self.messages = len(own) + len(replay)
        while (epoch := self.progress.epochs) < self.recipe.epochs:
            started = monotonic()
            batches = list(self._batches(epoch_examples(own, self.recipe, epoch=epoch, replay=replay), epoch))
            loss = take_steps(batches, self._step, self.recipe, epoch=epoch)
            self.progress.add(loss, monotonic() - started)
            save_state(self.part, self.recipe, self.progress, {"network": self.network.state_dict()}, self.optimizer)

    def _batches(self, examples: Sequence[Example], epoch: int) -> Iterator[list[Row]]:
        rows = [self._row(example) for example in examples]
        yield from by_length(
            rows, lambda row: len(row[0].ids), self.recipe.batch, random.Random(f"{self.recipe.seed} {epoch}")
        )

    def _row(self, example: Example) -> Row:
        encoded = self.encoder.encode(example.message, example.last)
        acts = [(example.intent, example.slots), *example.then]
        return encoded, classes_of(acts, example.message, encoded.offsets)

    def _step(self, batch: Sequence[Row], rate: float) -> float:
        import torch

        loss = self._loss(batch)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["times"]
        self.optimizer.step()
        return float(loss.detach())

    def _loss(self, batch: Sequence[Row]) -> torch.Tensor:
        """-log P of the classes, the mean over the messages: as `Rating` counts them."""
        import torch
        from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

        inputs = [tensor.to(self.device) for tensor in padded([(encoded.ids, encoded.start) for encoded, _ in batch])]
        kind, low = self.device.type, self.device.type == "cuda" or compute_dtype() is torch.bfloat16
        with torch.autocast(kind, torch.bfloat16, enabled=low):
            tags, whole = self.network(*inputs)
        wanted = torch.full(tags.shape[:2], _IGNORED)
        for i, (encoded, classes) in enumerate(batch):
            wanted[i, encoded.start : encoded.start + len(classes.tags)] = torch.tensor(classes.tags, dtype=torch.long)
        intent, then, pointed, sort, gender = whole
        rows = [classes for _, classes in batch]
        one_of = (
            (intent, [row.intent for row in rows]), (then, [row.then for row in rows]),
            (sort, [row.sort for row in rows]), (gender, [row.gender for row in rows]),
        )  # fmt: skip
        loss = cross_entropy(
            tags.flatten(0, 1), wanted.flatten().to(self.device), ignore_index=_IGNORED, reduction="sum"
        )
        for numbers, places in one_of:
            loss = loss + cross_entropy(numbers, torch.tensor(places, device=self.device), reduction="sum")
        each = torch.tensor([row.pointed for row in rows], dtype=torch.float32, device=self.device)
        return (loss + binary_cross_entropy_with_logits(pointed, each, reduction="sum")) / len(rows)

    def publish(self, folder: Path, labels: Labels) -> Path:
        """Writes the weights' change, a rule by which both models count the same, and the card."""
        from .network import save_network

        draft = self.part
        (draft / "state.pt").unlink()
        size = save_network(self.network, self.base, draft)
        (draft / CONFIG).write_text(EQUAL.model_dump_json(indent=2) + "\n", encoding="utf-8")
        (draft / "README.md").write_text(self._card(labels, size), encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        draft.rename(folder)
        return folder

    def _card(self, labels: Labels, size: int) -> str:
        recipe = "\n".join(
            f"- {name}: {value}" for name, value in asdict(self.recipe).items() if name not in ("rank", "alpha")
        )
        begun = "" if self.start is None else f"\nBegun from the tagger of another adapter, {self.start.name}.\n"
        libraries = ", ".join(f"{name} {version(name)}" for name in ("torch", "transformers"))
        return f"""# Tagger

What training changed in all-MiniLM-L6-v2 (Apache-2.0) to make it a tagger of shoppers' messages (assistant/reading/tagging/): a class for
each token and some for the whole message, after the exchange before it. It chooses among the readings that the parser's language model
proposes. Kept in eight bits a weight with a scale a row, {size / 1e6:.1f} MB. Licence: Apache-2.0.
Made {datetime.now(UTC):%Y-%m-%d} with `shop train tagger`.

## Data
{self.messages} labelled messages of {labels.names}, and what each epoch adds to them, as for the parser (models/parser/README.md).

## Recipe
Cross entropy of all classes, AdamW, rate falling linearly, five times as high for the heads, word vectors frozen.

{recipe}
{begun}
Loss at the end of each epoch: {self.progress}. {libraries}.
"""
