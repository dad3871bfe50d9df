"""Tuning the parser: labelled messages in, a LoRA adapter with its model card out. Reproducible by seed, resumable by epoch."""

from __future__ import annotations

import json
import logging
import random
import shutil
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from retrieval.errors import BadInput
from retrieval.hardware import compute_dtype

from .checkpoint import Progressed, save_state, saved_state
from .labelled.augment import compose, with_bounds, with_second_acts, with_swaps, with_typos, written
from .labelled.labels import read_examples
from .labelled.marks import read_spans
from .model import Example
from .parse import lost, prompt, write_answer
from .parse_model import ModelParser
from .reading.calibration import FILE, LEAST, calibrate, split, write_calibration

if TYPE_CHECKING:  # torch is loaded only where a model is tuned: importing this module must stay cheap
    import torch

log = logging.getLogger(__name__)
_SPANS = Path(__file__).with_name("data") / "request_spans.tsv"
T = TypeVar("T")
_IGNORED = -100  # the label that cross entropy leaves out


@dataclass(frozen=True)
class Recipe:
    """How an adapter is tuned. composed: turns put together from phrases, new ones each epoch. written: with data/turns.txt.
    sample: replayed messages that an epoch reads, others each time; 0 for all. bounded, second_acts, typos, swaps, warmup: shares, 0..1.
    held_out: share of the labelled messages that confidence is calibrated on instead."""

    epochs: int = 4
    seed: int = 7
    batch: int = 16
    rank: int = 16
    alpha: int = 32
    learning_rate: float = 1e-3
    warmup: float = 0.025
    composed: int = 1600
    sample: int = 0
    bounded: float = 0.25
    second_acts: float = 0.1
    typos: float = 0.06
    swaps: float = 0.0
    written: bool = True
    held_out: float = 0.05

    def rate(self, done: float) -> float:
        """The learning rate when this share of the run is done: a short rise, then a straight line to 0."""
        return self.learning_rate * min(1.0, (done + 1e-4) / self.warmup) * (1 - done)


@dataclass(frozen=True)
class Sequences:
    """Token ids of one example: what is read, and what is to be written after it."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


def average_adapters(folders: Sequence[Path], weights: Sequence[float], *, rank: int, out: Path) -> int:
    """Writes the weighted mean of adapters, cut to `rank`, with its config to `out`; returns the bytes of its weights.

    BadInput when their alpha / rank differ, for then their matrices are not on one scale.
    """
    from .reading.adapter import average, read_adapter, save_adapter

    configs = [json.loads((folder / "adapter_config.json").read_text(encoding="utf-8")) for folder in folders]
    scales = {config["lora_alpha"] / config["r"] for config in configs}
    if len(scales) > 1:
        raise BadInput(f"alpha / rank of these adapters differs: {sorted(scales)}.", fix="average runs of one recipe")
    out.mkdir(parents=True, exist_ok=True)
    config = configs[0] | {"r": rank, "lora_alpha": rank * scales.pop()}
    (out / "adapter_config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return save_adapter(average([read_adapter(folder) for folder in folders], weights, rank=rank), out)


@dataclass(frozen=True)
class Labels:
    """What is learnt from. files: labelled messages (labels.py), all of them in each epoch. replay: what was learnt before and is
    not to be unlearnt, with requests, whose labels stand in data/request_spans.tsv by place; of both an epoch may read a sample.
    """

    files: Sequence[Path]
    requests: Path | None = None
    replay: Sequence[Path] = ()

    def read(self) -> tuple[list[Example], list[Example]]:
        """(every message of the files, those to be replayed), in the order of the files."""
        by_place = read_spans(_SPANS, self.requests) if self.requests else []
        return _read(self.files), [*_read(self.replay), *by_place]

    @property
    def names(self) -> str:
        """The files' names, for the card."""
        return ", ".join(
            path.name for path in (*self.files, *self.replay, *((self.requests,) if self.requests else ()))
        )


def _read(files: Sequence[Path]) -> list[Example]:
    return [example for path in files for example in read_examples(path)]


def train_parser(
    labels: Labels, *, base: Path, out: Path, recipe: Recipe, start: Path | None = None, threads: int = 2
) -> Path:
    """The folder with the tuned adapter, made from the labels, beside its card. start: an adapter to go on from.

    After each epoch the adapter and the optimizer's state go to OUT.part; a killed run started again goes on from there.
    """
    import torch

    torch.set_num_threads(threads)
    run = start_run(labels, base=base, out=out, recipe=recipe, start=start)
    while run.progress.epochs < recipe.epochs:
        run.next_epoch()
    folder, held = _publish(run, out, labels), run.held_out
    del run  # its memory is needed for the parser
    _calibrate(folder, base, held, threads)
    return folder


def _calibrate(folder: Path, base: Path, held: Sequence[Example], threads: int) -> None:
    """Writes how far the new adapter's probabilities can be trusted; leaves it out where too few messages were held out."""
    (folder / FILE).unlink(missing_ok=True)  # an older adapter's says nothing of this one
    if len(held) < LEAST:
        log.warning("%d messages held out are too few to calibrate confidence: see `shop train calibration`", len(held))
        return
    write_calibration(calibrate(ModelParser(base, folder, threads=threads), held), folder)


def start_run(labels: Labels, *, base: Path, out: Path, recipe: Recipe, start: Path | None = None) -> Run:
    """A run at its first epoch, or where a killed run of the same recipe had its last checkpoint."""
    from transformers import AutoTokenizer

    read = (labels.read(), AutoTokenizer.from_pretrained(base))
    return Run(base, out.with_name(out.name + ".part"), recipe, read, start)


def epoch_examples(
    examples: Sequence[Example], recipe: Recipe, *, epoch: int, replay: Sequence[Example] = ()
) -> list[Example]:
    """What one epoch reads: labelled examples, some with a price bound or a second act added, hand-written turns, newly composed ones."""
    seed = recipe.seed * 1000 + epoch
    again = random.Random(seed).sample(replay, recipe.sample) if 0 < recipe.sample < len(replay) else replay
    real = [*examples, *again]
    more = with_second_acts(real, share=recipe.second_acts, seed=seed)
    by_hand = written() if recipe.written else []
    made = [*with_bounds(real, share=recipe.bounded, seed=seed), *more, *compose(recipe.composed, seed=seed)]
    swapped = with_swaps([*real, *by_hand], share=recipe.swaps, seed=seed)
    return with_typos([*swapped, *made], share=recipe.typos, seed=seed)


def encode(examples: Sequence[Example], tokenizer: Any) -> list[Sequences]:
    """Token ids; prompt and answer are tokenised apart, as they are when the model is asked, and the answer ends with EOS."""
    prompts = tokenizer([prompt(e.message, e.last) for e in examples], add_special_tokens=False)["input_ids"]
    answers = [f" {write_answer(e.intent, e.slots, e.message, e.then)}" for e in examples]
    written = tokenizer(answers, add_special_tokens=False)["input_ids"]
    return [Sequences(tuple(p), (*a, tokenizer.eos_token_id)) for p, a in zip(prompts, written, strict=True)]


def batches_of(sequences: Sequence[Sequences], recipe: Recipe, *, epoch: int) -> Iterator[list[Sequences]]:
    """Shuffled batches of similar length."""
    yield from by_length(sequences, len, recipe.batch, random.Random(recipe.seed * 1000 + epoch))


def by_length(rows: Sequence[T], length: Callable[[T], int], batch: int, rng: random.Random) -> Iterator[list[T]]:
    """Each row once, in batches of similar length: padding cost a third of the time when they were mixed."""
    mixed = rng.sample(rows, len(rows))
    span = 24 * batch
    near = [row for i in range(0, len(mixed), span) for row in sorted(mixed[i : i + span], key=length)]
    batches = [near[i : i + batch] for i in range(0, len(near), batch)]
    rng.shuffle(batches)
    yield from batches


def take_steps(batches: Sequence[T], step: Callable[[T, float], float], recipe: Recipe, *, epoch: int) -> float:
    """One pass over the batches with a progress bar on standard error; returns the mean loss of the last 50. step: learns from a batch at a
    rate and returns the loss."""
    mean = 0.0
    with _progress() as bar:
        task = bar.add_task(f"epoch {epoch + 1}/{recipe.epochs}", total=len(batches), loss=0.0)
        for i, batch in enumerate(batches):
            loss = step(batch, recipe.rate((epoch + i / len(batches)) / recipe.epochs))
            mean += (loss - mean) / min(i + 1, 50)
            bar.update(task, advance=1, loss=mean)
            if not bar.console.is_terminal and (i + 1) % 25 == 0:  # a log file shows no moving bar
                bar.console.print(f"epoch {epoch + 1}, step {i + 1} of {len(batches)}, loss {mean:.3f}")
    return mean


class Run:
    """The model being tuned, its optimizer, and what is saved between epochs.

    The adapter computes in bfloat16 where the processor or a GPU multiplies it natively, else in float32: an older processor takes
    300 times as long for bfloat16. The optimizer steps on float32 copies: steps of 1e-4 would be lost in bfloat16's eight bits.
    """

    def __init__(
        self,
        base: Path,
        part: Path,
        recipe: Recipe,
        labels: tuple[tuple[Sequence[Example], Sequence[Example]], Any],
        start: Path | None,
    ) -> None:
        import torch
        from peft import LoraConfig, get_peft_model, set_peft_model_state_dict
        from transformers import AutoModelForCausalLM

        from .reading.adapter import read_adapter

        torch.manual_seed(recipe.seed)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.dtype = torch.bfloat16 if self.device.type == "cuda" else compute_dtype()
        model: Any = AutoModelForCausalLM.from_pretrained(base, dtype=self.dtype)
        model.to(self.device)
        config = LoraConfig(r=recipe.rank, lora_alpha=recipe.alpha, target_modules="all-linear", task_type="CAUSAL_LM")
        with warnings.catch_warnings():  # peft asks for a name that transformers has begun to change
            warnings.simplefilter("ignore")
            self.model = get_peft_model(model, config, autocast_adapter_dtype=False).train()
            if start is not None:
                set_peft_model_state_dict(self.model, read_adapter(start))
        self.start = start
        self.weights = [p for p in self.model.parameters() if p.requires_grad]
        self.masters = [p.detach().float().clone() for p in self.weights]
        self.optimizer = torch.optim.AdamW(self.masters, lr=recipe.learning_rate, weight_decay=0.0)
        (own, replay), self._tokenizer = labels
        self.examples, held = split(own, recipe.held_out)
        self.replay, held_too = split(replay, recipe.held_out)
        self.held_out = [*held, *held_too]
        self.part, self.recipe, self.progress = part, recipe, Progressed()
        self._resume()

    def next_epoch(self) -> None:
        """One pass over the examples with a progress bar on standard error, then a checkpoint."""
        epoch, started = self.progress.epochs, monotonic()
        read = encode(epoch_examples(self.examples, self.recipe, epoch=epoch, replay=self.replay), self._tokenizer)
        batches = list(batches_of(read, self.recipe, epoch=epoch))
        mean = take_steps(batches, self._step, self.recipe, epoch=epoch)
        self.progress.add(mean, monotonic() - started)
        self._save()

    def _step(self, batch: Sequence[Sequences], rate: float) -> float:
        import torch

        ids, labels = (tensor.to(self.device) for tensor in padded(batch))
        loss = self._loss(ids, labels)
        loss.backward()  # type: ignore[no-untyped-call]
        for master, weight in zip(self.masters, self.weights, strict=True):
            master.grad = weight.grad.float()  # type: ignore[union-attr]
            weight.grad = None
        torch.nn.utils.clip_grad_norm_(self.masters, 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        with torch.no_grad():
            for master, weight in zip(self.masters, self.weights, strict=True):
                weight.copy_(master)
        return float(loss.detach())

    def _loss(self, ids: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Cross entropy at the answer's tokens only: the head over 49,152 words is a fifth of the work elsewhere.

        Padding is on the right and attention looks left, so no mask is needed.
        """
        from torch.nn.functional import cross_entropy

        causal: Any = self.model.get_base_model()
        hidden = causal.model(input_ids=ids, use_cache=False).last_hidden_state[:, :-1]  # (B, T-1, D)
        wanted = labels[:, 1:] != _IGNORED  # (B, T-1)
        return cross_entropy(causal.lm_head(hidden[wanted]).float(), labels[:, 1:][wanted])

    def _save(self) -> None:
        self.part.mkdir(parents=True, exist_ok=True)
        self.model.save_pretrained(str(self.part))
        save_state(self.part, self.recipe, self.progress, {"masters": self.masters}, self.optimizer)

    def _resume(self) -> None:
        import torch

        state = saved_state(self.part, self.recipe, self.progress, self.optimizer)
        if state is None:
            return
        with torch.no_grad():
            for master, weight, saved in zip(self.masters, self.weights, state["masters"], strict=True):
                master.copy_(saved)
                weight.copy_(saved)


def padded(batch: Sequence[Sequences]) -> tuple[torch.Tensor, torch.Tensor]:
    """(ids, labels), both (B, T) int64, padded on the right; labels are _IGNORED outside the answers."""
    import torch

    longest = max(map(len, batch))
    ids = torch.zeros((len(batch), longest), dtype=torch.long)
    labels = torch.full_like(ids, _IGNORED)
    for row, sequence in enumerate(batch):
        ids[row, : len(sequence)] = torch.tensor(sequence.prompt + sequence.answer)
        labels[row, len(sequence.prompt) : len(sequence)] = torch.tensor(sequence.answer)
    return ids, labels


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.3f}"),
    )
    return Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True))


def _publish(run: Run, out: Path, labels: Labels) -> Path:
    """Writes the adapter in eight bits to `out`, with its card."""
    from peft import get_peft_model_state_dict

    from .reading.adapter import save_adapter

    out.mkdir(parents=True, exist_ok=True)
    save_adapter(get_peft_model_state_dict(run.model), out)
    shutil.copyfile(run.part / "adapter_config.json", out / "adapter_config.json")
    config = json.loads((out / "adapter_config.json").read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = "SmolLM2-135M-Instruct"  # not the folder it happened to lie in
    (out / "adapter_config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    (out / "README.md").write_text(_card(run, labels), encoding="utf-8")
    shutil.rmtree(run.part)
    return out


def _card(run: Run, labels: Labels) -> str:
    by_hand = len(written()) if run.recipe.written else 0
    learnt = [*run.examples, *run.replay]
    unsaid = sum(bool(lost(e.slots, e.message)) for e in learnt)
    begun = "" if run.start is None else f"\nBegun from another adapter, {run.start.name}.\n"
    recipe = "\n".join(f"- {name}: {value}" for name, value in asdict(run.recipe).items())
    dtype = str(run.dtype).removeprefix("torch.")
    libraries = ", ".join(f"{name} {version(name)}" for name in ("torch", "transformers", "peft"))
    return f"""# Parser adapter

A LoRA adapter for SmolLM2-135M-Instruct (Apache-2.0) that reads a shopper's message, with the exchange before it, into an
intent and slots. Licence: Apache-2.0. Made {datetime.now(UTC):%Y-%m-%d}.

## Data
{len(learnt)} labelled messages of {labels.names}; {unsaid} of them have a slot that no words of the
message say, which is left out. {len(run.held_out)} more were held out to calibrate confidence. To these come {by_hand} turns written
by hand (assistant/data/turns.txt), and in each epoch anew {run.recipe.composed} turns composed from assistant/data/phrases.yaml,
price bounds in words joined to a share of the searches and refinements, second acts to a share of the
messages, words of others in the place of their own, and typos
(assistant/labelled/augment.py).

## Recipe
LoRA on all linear layers, loss on the answer only, AdamW, rate falling linearly, computed in {dtype} with float32 weights.

{recipe}
{begun}
Loss at the end of each epoch: {run.progress}. {libraries}.
"""
