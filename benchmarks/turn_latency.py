"""Time of a chat turn over the first user turns of labelled dialogues, split into its steps.

python benchmarks/turn_latency.py ../shared/data/dialogues_dev.jsonl --store store
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from assistant import Assistant
from assistant.contract import Latency


def main(dialogues: Path, store: Annotated[Path, typer.Option()]) -> None:
    messages = [json.loads(line)["turns"][0]["user"] for line in dialogues.read_text(encoding="utf-8").splitlines()]
    with Assistant.open(store) as assistant:
        assistant.reply("hello")  # first calls allocate
        timings = [assistant.reply(message).latency_ms for message in messages]
    show("turns", timings)
    show("turns that search", [timing for timing in timings if timing.retrieve])


def show(name: str, timings: Sequence[Latency]) -> None:
    print(f"{len(timings)} {name}, ms: p50, p95")
    for step in fields(Latency):
        spent = [getattr(timing, step.name) for timing in timings]
        print(f"  {step.name:10} {np.percentile(spent, 50):6.0f} {np.percentile(spent, 95):6.0f}")


if __name__ == "__main__":
    typer.run(main)
