"""Each format's golden file comes out as the products, the rejects and the losses worked out beside it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retrieval.feed import read_feed

FEEDS = Path(__file__).parent / "feeds"
NAMES = "google.tsv google.xml openai.jsonl acp/products.jsonl ucp.json".split()
NAMES += "schema_org.jsonl page.html shopify.csv plain.jsonl plain.csv".split()
TODAY = date(2031, 3, 5)


def outcome(feed: Path, rejects: Path) -> dict[str, Any]:
    """What became of a feed: every product without its empty parts, the rejects, the losses, how it was read."""
    reading = read_feed([feed], rejects, today=TODAY)
    products = [
        {name: value for name, value in each.to_json().items() if value not in (None, [], {}, "")} for each in reading
    ]
    summary = reading.summary
    lines = rejects.read_text(encoding="utf-8").splitlines() if rejects.exists() else []
    return {
        "format": summary.formats[0][1],
        "encoding": summary.encodings[0][1] if summary.encodings else "utf-8",
        "products": products,
        "rejected": [{name: each[name] for name in ("line", "field", "reason")} for each in map(json.loads, lines)],
        "lost": [[loss.kind, loss.column, loss.rows, loss.values] for loss in summary.losses],
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_feed_gives_its_golden_products(tmp_path: Path, name: str) -> None:
    golden = json.loads((FEEDS / f"{name}.golden.json").read_text(encoding="utf-8"))
    assert outcome(FEEDS / name, tmp_path / "rejects.jsonl") == golden
