"""Time and tokens a second of a parse against plain `generate` with the same model and adapter in the same run, and what memory allows.

python benchmarks/parse_speed.py ../shared/data/dialogues_dev.jsonl --limit 60
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
import torch
import typer
from transformers import AutoModelForCausalLM, AutoTokenizer

from assistant import parse_model
from assistant.build import build_local_parser
from assistant.labelled.labels import read_examples
from assistant.model import DialogueState, Example
from assistant.parse import prompt
from assistant.parse_model import ModelParser
from assistant.reading.llama import changes
from assistant.settings import Settings
from retrieval.hardware import compute_dtype
from retrieval.models import model_path

T, Asked = TypeVar("T"), TypeVar("Asked")


def main(
    labels: Path,
    limit: Annotated[int, typer.Option(help="Messages to read.")] = 60,
    threads: Annotated[int, typer.Option()] = 2,
    waiting: Annotated[int, typer.Option(help="Messages that wait and are read together.")] = 4,
) -> None:
    examples = read_examples(labels)[:limit]
    settings = Settings(threads=threads)
    parser = build_local_parser(settings)
    base = model_path("smollm2-135m-instruct")
    plain = _plain(base, settings.parser or model_path("parser"))
    tokenizer = AutoTokenizer.from_pretrained(base)
    parse_model.FORKS, forks = 0, parse_model.FORKS
    ours, lines = _timed(examples, lambda one: parser.answers(one.message, one.last)[0][0])
    parse_model.FORKS = forks
    whole, _ = _timed(examples, lambda one: parser.read(one.message, one.last))
    starts = range(0, len(examples) - waiting + 1, waiting)
    together, _ = _timed([examples[at : at + waiting] for at in starts], lambda group: _read_together(parser, group))
    alone = [sum(whole[at : at + waiting]) for at in starts]
    a_message = [sum(spent) / len(starts) / waiting for spent in (together, alone)]
    print(f"{waiting} together: ms a message {a_message[0]:.0f}, one by one {a_message[1]:.0f}")
    theirs, ids = _timed(examples, lambda one: _generate(plain, tokenizer, one))
    rate = _show("ours, one line", ours, sum(len(tokenizer(line)["input_ids"]) for line in lines))
    print(
        f"ours, others where it is unsure, and the choice: ms p50 {np.median(whole):.0f}, p95 {np.percentile(whole, 95):.0f}"
    )
    plain_rate = _show(f"plain generate, {plain.dtype}", theirs, sum(map(len, ids)))
    print(f"ratio of the medians {np.median(theirs) / np.median(ours):.2f}, of the sums {sum(theirs) / sum(ours):.2f}")
    print(f"with the choice {np.median(theirs) / np.median(whole):.2f} and {sum(theirs) / sum(whole):.2f}")
    print(f"ratio of the tokens a second {rate / plain_rate:.2f}")
    _show_memory(plain)


def _read_together(parser: ModelParser, group: Sequence[Example]) -> None:
    parser.read_waiting([(one.message, one.last) for one in group])
    for one in group:
        parser.parse(one.message, DialogueState(last=one.last))


def _plain(base: Path, adapter: Path) -> Any:
    model: Any = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    weights = model.state_dict()
    with torch.no_grad():
        for name, (up, down) in changes(adapter).items():
            weights[name] += up @ down
    return model.to(compute_dtype()).eval()


def _generate(model: Any, tokenizer: Any, one: Example) -> list[int]:
    """The tokens written after the prompt."""
    ids = tokenizer(prompt(one.message, one.last), return_tensors="pt", add_special_tokens=False)
    with torch.inference_mode():
        whole = model.generate(**ids, do_sample=False, max_new_tokens=96, pad_token_id=0)[0].tolist()
    return list(whole[ids["input_ids"].shape[1] :])


def _timed(examples: Sequence[Asked], read: Callable[[Asked], T]) -> tuple[list[float], list[T]]:
    """Milliseconds of each message, and what was written; the first is read once before, because first calls allocate."""
    read(examples[0])
    spent, written = [], []
    for one in examples:
        started = time.perf_counter()
        written.append(read(one))
        spent.append((time.perf_counter() - started) * 1e3)
    return spent, written


def _show(name: str, spent: Sequence[float], tokens: int) -> float:
    """Returns the tokens written a second; the time to read the message counts too."""
    rate = tokens / sum(spent) * 1e3
    p50, p95 = np.percentile(spent, [50, 95])
    print(f"{name}: {len(spent)} messages, ms p50 {p50:.0f}, p95 {p95:.0f}; {tokens} tokens, {rate:.1f} a second")
    return rate


def _show_memory(model: Any) -> None:
    """What reading every layer's weights once for each token takes at the speed with which this machine reads memory."""
    bytes_a_token = sum(weight.numel() for weight in model.model.layers.parameters()) * 2
    block = torch.zeros(256 * 2**20, dtype=torch.uint8)
    started = time.perf_counter()
    for _ in range(4):
        block.view(torch.int64).sum()
    rate = 4 * block.numel() / (time.perf_counter() - started)
    print(
        f"{bytes_a_token / 1e6:.0f} MB of 16-bit weights a token at {rate / 1e9:.1f} GB/s: {bytes_a_token / rate * 1e3:.1f} ms a token"
    )


if __name__ == "__main__":
    typer.run(main)
