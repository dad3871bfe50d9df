"""Time of a chat turn over the first user turns of labelled dialogues, split into its steps.

python benchmarks/turn_latency.py ../shared/data/dialogues_dev.jsonl --store store
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from assistant import Assistant
from assistant.model import Latency


def main(dialogues: Path, store: Annotated[Path, typer.Option()]) -> None:
    messages = [json.loads(line)["turns"][0]["user"] for line in dialogues.read_text(encoding="utf-8").splitlines()]
    with Assistant.open(store) as assistant:
        assistant.reply("hello")  # first calls allocate
        timings = [assistant.reply(message).latency_ms for message in messages]
    print(f"{len(messages)} turns     p50 ms   p95 ms")
    for step in fields(Latency):
        spent = [getattr(timing, step.name) for timing in timings]
        print(f"{step.name:12} {np.percentile(spent, 50):8.0f} {np.percentile(spent, 95):8.0f}")


if __name__ == "__main__":
    typer.run(main)
