"""Tuning the reranker: graded requests and catalogues in, the cross-encoder's change to MiniLM with its card out."""

from __future__ import annotations

import json
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .dense import Embedder
from .reranking.cross_encoder import PairEncoder, Rule, padded, score_pairs
from .reranking.listing_text import informative_text
from .training.lists import Lists, Recipe, Sources, batch_of, gather, mean_ndcg
from .training.pairs import TrainingList

if TYPE_CHECKING:  # torch is loaded only where a model is tuned: importing this module must stay cheap
    import torch


@dataclass
class State:
    """How far a run has come: what is saved beside the weights."""

    step: int = 0
    best_step: int = 0
    best: float = -1.0
    history: list[dict[str, float]] = field(default_factory=list)


def train_reranker(
    sources: Sources,
    *,
    base: Path,
    embedder: Embedder,
    out: Path,
    recipe: Recipe,
    start: Path | None = None,
    read: Callable[[str], str] = lambda request: request,
    threads: int = 2,
) -> Path:
    """The folder with the tuned reranker beside its card.

    start: folder of a reranker to go on from, else the embedder's own weights. read: a request to the words that the shop searches for.
    At each measurement everything goes to OUT.part; a killed run started again with the same recipe goes on from there.
    """
    part = _part(out)
    lists = gather(sources, embedder=embedder, part=part, recipe=recipe, read=read)
    files = [*sources.qrels, *sources.events, *sources.catalogs]
    return tune(
        lists, base=base, out=out, recipe=recipe, start=start, threads=threads, told=[one.name for one in files]
    )


def tune(
    lists: Lists,
    *,
    base: Path,
    out: Path,
    recipe: Recipe,
    start: Path | None = None,
    threads: int = 2,
    told: Sequence[str],
    scale_of: Path | None = None,
) -> Path:
    """The same of lists that are made already. told: what they are from, for the card.

    scale_of: folder of a reranker whose relevances the new one's are to be like in mean and spread, in place of a rule fitted on grades:
    clicks say how probable a choice is, not whether the need is met.
    """
    from .hardware import use_threads, without_progress_bars

    use_threads(threads)
    without_progress_bars()
    started = datetime.now(UTC)
    run = _Run(base, _part(out), recipe, start)
    run.train(lists)
    minutes = (datetime.now(UTC) - started).total_seconds() / 60
    return _publish(run, lists, out, told=told, minutes=minutes, scale_of=scale_of)


def _part(out: Path) -> Path:
    """Where a run keeps what it needs to be taken up again."""
    return out.with_name(out.name + ".part")


def listnet(scores: torch.Tensor, gains: torch.Tensor) -> torch.Tensor:
    """Cross entropy of softmax(scores) against gains as shares, for one list. Cao et al., ICML 2007, with the gains of nDCG as target."""
    return -(gains / gains.sum() * scores.log_softmax(0)).sum()


class _Run:
    """The network being tuned, its optimizer, and what is saved between measurements."""

    def __init__(self, base: Path, part: Path, recipe: Recipe, start: Path | None) -> None:
        import torch
        from accelerate import Accelerator  # type: ignore[import-untyped]

        from .hardware import compute_dtype
        from .reranking.pair_network import new_network, trainable

        torch.manual_seed(recipe.seed)
        low = torch.cuda.is_available() or compute_dtype() is torch.bfloat16
        self.accelerator = Accelerator(mixed_precision="bf16" if low else "no")
        network = trainable(base, start) if start else new_network(base)
        head = [network.match, network.gist, network.bias]
        body = [weight for weight in network.encoder.parameters() if weight.requires_grad]
        groups = [{"params": body, "top": recipe.learning_rate}, {"params": head, "top": recipe.head_rate}]
        optimizer = torch.optim.AdamW(groups, lr=recipe.learning_rate, weight_decay=0.01)
        self.network, self.optimizer = self.accelerator.prepare(network, optimizer)
        self.base, self.part, self.recipe, self.start, self.state = base, part, recipe, start, State()
        self.encoder = PairEncoder(base)
        self._resume()

    def train(self, lists: Lists) -> None:
        """Steps until the recipe's last one or until dev gets no better, with a progress bar on standard error."""
        recipe, state, mean = self.recipe, self.state, 0.0
        if not state.history:
            self._measure(lists.dev, mean)
        with _progress() as bar:
            task = bar.add_task("training", total=recipe.steps, completed=state.step, loss=0.0, ndcg=state.best)
            while state.step < recipe.steps and not self._stale():
                loss = self._step(batch_of(lists, recipe, state.step))
                state.step += 1
                mean = loss if not mean else 0.98 * mean + 0.02 * loss
                if state.step % recipe.measure_every == 0 or state.step == recipe.steps:
                    self._measure(lists.dev, mean)
                    if not bar.console.is_terminal:  # a log file shows no moving bar
                        bar.console.print(f"step {state.step} of {recipe.steps}: {state.history[-1]}")
                bar.update(task, completed=state.step, loss=mean, ndcg=state.best)

    def scores(self, lists: Sequence[TrainingList]) -> list[list[float]]:
        """The network's numbers for every list, in the order of its products."""
        self.network.eval()
        with self.accelerator.autocast():
            return [
                score_pairs(self.network, self.encoder, [one.request] * len(one.products), _texts(one)) for one in lists
            ]

    def load_best(self) -> None:
        import torch

        self.network.load_state_dict(torch.load(self.part / "best.pt", weights_only=True))

    def _step(self, batch: Sequence[TrainingList]) -> float:
        self.network.train()
        requests = [one.request for one in batch for _ in one.products]
        tensors = padded(self.encoder.encode(requests, [text for one in batch for text in _texts(one)]))
        with self.accelerator.autocast():
            scores = self.network(*(tensor.to(self.accelerator.device) for tensor in tensors))
        loss = self._loss(scores, batch)
        self.accelerator.backward(loss)
        self.accelerator.clip_grad_norm_(self.network.parameters(), 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = group["top"] * self._rate()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return float(loss.detach())

    def _loss(self, scores: torch.Tensor, batch: Sequence[TrainingList]) -> torch.Tensor:
        import torch

        rng = random.Random(f"{self.recipe.seed} offsets {self.state.step}")
        losses = []
        for one, own in zip(batch, torch.split(scores, [len(one.products) for one in batch]), strict=True):
            if rng.random() < self.recipe.offset:
                own = own + torch.tensor(one.offsets, device=own.device)
            losses.append(listnet(own, torch.tensor(one.gains, device=own.device)))
        return torch.stack(losses).mean()

    def _rate(self) -> float:
        warm = min(1.0, (self.state.step + 1) / self.recipe.warmup_steps)
        return warm * max(0.02, 1 - self.state.step / self.recipe.steps)

    def _measure(self, dev: Sequence[TrainingList], loss: float) -> None:
        """nDCG@10 on dev, alone and with the cheap signals added; the weights of the best sum are kept."""
        scores = self.scores(dev)
        alone = mean_ndcg(dev, scores)
        both = mean_ndcg(
            dev, [[x + o for x, o in zip(s, one.offsets, strict=True)] for s, one in zip(scores, dev, strict=True)]
        )
        state = self.state
        state.history.append(
            {"step": state.step, "loss": round(loss, 4), "dev_alone": round(alone, 4), "dev": round(both, 4)}
        )
        better = both > state.best
        if better:
            state.best, state.best_step = both, state.step
        self._save(better)

    def _stale(self) -> bool:
        return self.state.step - self.state.best_step >= self.recipe.patience * self.recipe.measure_every

    def _save(self, better: bool) -> None:
        import torch

        self.part.mkdir(parents=True, exist_ok=True)
        weights = self.accelerator.unwrap_model(self.network).state_dict()
        if better:
            _write(lambda path: torch.save(weights, path), self.part / "best.pt")
        kept = {
            "recipe": asdict(self.recipe),
            "state": asdict(self.state),
            "weights": weights,
            "optimizer": self.optimizer.state_dict(),
        }
        _write(lambda path: torch.save(kept, path), self.part / "state.pt")

    def _resume(self) -> None:
        """Takes up a run of the same recipe; one of another recipe is begun anew."""
        import torch

        if not (self.part / "state.pt").exists():
            return
        kept = torch.load(self.part / "state.pt", weights_only=True)
        if kept["recipe"] == asdict(self.recipe):
            self.state = State(**kept["state"])
            self.network.load_state_dict(kept["weights"])
            self.optimizer.load_state_dict(kept["optimizer"])


def fit_rule(cross: Sequence[float], mixed: Sequence[float], good: Sequence[bool]) -> Rule:
    """The logistic regression of "graded 2 or 3" on both scores, by Newton's method with a little ridge, so that it always ends."""
    import numpy as np

    x = np.column_stack([np.ones(len(good)), cross, mixed])
    y, weights = np.asarray(good, dtype=float), np.zeros(3)
    for _ in range(50):
        share = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (y - share) - 1e-3 * weights
        bend = (x * (share * (1 - share))[:, None]).T @ x + 1e-3 * np.eye(3)
        weights = weights + np.linalg.solve(bend, slope)
    bias, own, mix = weights.tolist()
    return Rule(bias, own, mix)


def same_scale(rule: Rule, before: Sequence[float], after: Sequence[float]) -> Rule:
    """The rule that makes of the numbers `after` what `rule` makes of `before`, in mean and standard deviation; of the same pairs."""
    widths = [statistics.pstdev(numbers) for numbers in (before, after)]
    wider = widths[0] / widths[1] if all(widths) else 1.0
    shift = statistics.fmean(before) - wider * statistics.fmean(after)
    return Rule(rule.bias + rule.cross * shift, rule.cross * wider, rule.mix)


def _texts(one: TrainingList) -> list[str]:
    return [informative_text(product, one.request) for product in one.products]


def _write(save: Callable[[Path], object], path: Path) -> None:
    """Whole or not at all: a kill while writing leaves the file of before."""
    draft = path.with_suffix(".tmp")
    save(draft)
    draft.replace(path)


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.3f}, dev nDCG@10 {task.fields[ndcg]:.3f}"),
    )
    return Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True))


def _publish(run: _Run, lists: Lists, out: Path, *, told: Sequence[str], minutes: float, scale_of: Path | None) -> Path:
    """Writes the best weights' change, the rule of dev, and the card."""
    from .reranking.pair_network import save_delta

    run.load_best()
    scores = run.scores(lists.dev)
    rule = same_scale(*_numbers_of(run, scale_of, lists.dev), _flat(scores)) if scale_of else _fitted(lists.dev, scores)
    network = run.accelerator.unwrap_model(run.network)
    extra = {"rule": asdict(rule), "recipe": asdict(run.recipe), "base": "all-MiniLM-L6-v2"}
    size = save_delta(network, run.base, out, rank=run.recipe.rank, extra=extra)
    fitted = (
        "by which relevances have the mean and spread that they had before" if scale_of else "fitted on the same pools"
    )
    (out / "README.md").write_text(_card(run, lists, rule, told, minutes, size, fitted), encoding="utf-8")
    return out


def _fitted(dev: Sequence[TrainingList], scores: Sequence[Sequence[float]]) -> Rule:
    offsets, gains = _flat([one.offsets for one in dev]), _flat([one.gains for one in dev])
    return fit_rule(_flat(scores), offsets, [gain >= 3 for gain in gains])


def _numbers_of(run: _Run, folder: Path, dev: Sequence[TrainingList]) -> tuple[Rule, list[float]]:
    """The rule of a reranker and the numbers that its network gives."""
    from .reranking.pair_network import CONFIG, trainable

    rule = Rule(**json.loads((folder / CONFIG).read_text(encoding="utf-8"))["rule"])
    network = trainable(run.base, folder).eval()
    return rule, _flat(
        [score_pairs(network, run.encoder, [one.request] * len(one.products), _texts(one)) for one in dev]
    )


def _flat(lists: Sequence[Sequence[float]]) -> list[float]:
    return [value for one in lists for value in one]


def _card(run: _Run, lists: Lists, rule: Rule, told: Sequence[str], minutes: float, size: int, fitted: str) -> str:
    recipe = "\n".join(f"- {name}: {value}" for name, value in asdict(run.recipe).items())
    libraries = ", ".join(f"{name} {version(name)}" for name in ("torch", "transformers", "accelerate"))
    history = "\n".join(f"| {h['step']} | {h['loss']} | {h['dev_alone']} | {h['dev']} |" for h in run.state.history)
    return f"""# Reranker

What training changed in all-MiniLM-L6-v2 (Apache-2.0) to make it a cross-encoder: a request and a listing are read together, one
number comes out (retrieval/reranking/pair_network.py). Each weight matrix's change is kept at rank {run.recipe.rank}, float16,
{size / 1e6:.1f} MB. Licence: Apache-2.0.
Made {datetime.now(UTC):%Y-%m-%d} with `shop train reranker`.

## Data
From {", ".join(told)}: {len(lists.graded)} graded requests, {len(lists.made)} requests made from listings
(retrieval/training/pseudo_requests.py), {len(lists.mixed)} real requests with the linear mix as soft target;
measured on {len(lists.dev)} graded requests that were not learnt from.

## Recipe
ListNet loss, AdamW, rate falling linearly, word vectors frozen, the best measurement kept (step {run.state.best_step}).

{recipe}

{minutes:.0f} minutes. {libraries}.

## While training
nDCG@10 on the graded pools that are not learnt from, all catalogues together: the network alone, and added to the cheap signals
(cosine and BM25).

| step | loss | alone | added |
| --- | --- | --- | --- |
{history}

## The rule
Log odds of "graded 2 or 3" = {rule.bias:.3f} + {rule.cross:.3f} x network + {rule.mix:.3f} x linear mix, {fitted}.
"""
