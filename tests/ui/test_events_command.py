"""`shop events`: files of every kind in, nothing lost silently, and out again for import or training."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assistant.events.files import export_for_reranker
from assistant.events.form import EventRow
from assistant.events.log import Event, EventLog
from retrieval.training.logged_grades import read_events
from tests.ui.command import shop
from ui.visitor import hashed

LINES = [
    {"type": "shown", "at": "2026-05-01T10:00:00Z", "visitor": "u1", "product_id": "black-lamp", "query": "lamp",
     "position": 1},
    {"type": "click", "at": "2026-05-01T10:00:05Z", "visitor": "u1", "product_id": "brass-lamp", "query": "lamp",
     "position": 2},
    {"type": "purchase", "at": "2026-05-01T10:02:00Z", "visitor": "u1", "product_id": "gone", "query": "lamp"},
    {"type": "search", "at": "2026-05-01T10:00:00Z", "visitor": "u2", "query": "mug"},
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, small_store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SHOP_SESSIONS_URL", raising=False)
    (tmp_path / "store").mkdir()
    for name in ("manifest.json", "catalog.db"):
        (tmp_path / "store" / name).write_bytes((small_store / name).read_bytes())
    return tmp_path


def write(folder: Path, kind: str) -> str:
    file = folder / f"log.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(LINES), file)
    elif kind == "csv":
        names = ("type", "at", "visitor", "product_id", "query", "position")
        rows = [",".join(str(line.get(name, "")) for name in names) for line in LINES]
        file.write_text("\n".join([",".join(names), *rows]) + "\n", encoding="utf-8")
    else:
        file.write_text("".join(json.dumps(line) + "\n" for line in LINES), encoding="utf-8")
    return str(file)


def test_a_row_that_came_in_before_there_were_paid_places_is_the_same_event_still() -> None:
    row = EventRow.read({"type": "view", "at": "2026-05-01T10:00:00Z", "product_id": "brass-lamp"})
    event = row.named(row.event(None, row.at))
    assert event.id == "r_7bd7789a41c3178d4332d2a6d0a1ebd5"
    paid = EventRow.read({"type": "shown", "at": "2026-05-01T10:00:00Z", "product_id": "brass-lamp", "sponsored": "1"})
    assert paid.event(None, paid.at).sponsored


def counts(done: str) -> tuple[int, int]:
    return json.loads(done)["accepted"], json.loads(done)["repeated"]


def test_the_same_log_in_every_format_is_the_same_events(folder: Path) -> None:
    store = ("--store", str(folder / "store"))
    first = shop("events", "import", write(folder, "jsonl"), *store)
    assert counts(first.stdout) == (4, 0)
    assert "the catalogue has no such product: gone" in first.stderr
    for kind in ("csv", "parquet", "jsonl"):
        assert counts(shop("events", "import", write(folder, kind), *store).stdout) == (0, 4), kind


def test_what_is_written_out_comes_in_again_as_the_same(folder: Path) -> None:
    store = ("--store", str(folder / "store"))
    shop("events", "import", write(folder, "jsonl"), *store)
    out = shop("events", "export", *store).stdout
    whose = [json.loads(line)["visitor"] for line in out.splitlines()]
    assert sorted(whose) == sorted([hashed("u1")] * 3 + [hashed("u2")])
    (folder / "again.jsonl").write_text(out, encoding="utf-8")
    assert counts(shop("events", "import", str(folder / "again.jsonl"), *store).stdout) == (0, 4)


def test_what_is_written_out_for_the_reranker_is_what_it_learns_from(folder: Path) -> None:
    store = ("--store", str(folder / "store"))
    shop("events", "import", write(folder, "jsonl"), *store)
    (folder / "clicks.jsonl").write_text(shop("events", "export", *store, "--for", "reranker").stdout, encoding="utf-8")
    (judged,) = read_events([folder / "clicks.jsonl"])
    assert (judged.request, judged.grades) == ("lamp", {"brass-lamp": 1, "gone": 3})


def test_lines_for_the_reranker_number_conversations_and_visitors_and_name_none() -> None:
    whose = [("s_9", "a" * 64), (None, "b" * 64), ("s_9", "a" * 64), (None, "c" * 64)]
    at = datetime(2026, 5, 1, tzinfo=UTC)
    with closing(EventLog()) as log:
        log.add(
            [
                Event(f"{place}", "click", at + timedelta(hours=place), who, "lamp", "a lamp", session, place)
                for place, (session, who) in enumerate(whose)
            ]
        )
        lines = [json.loads(line) for line in export_for_reranker(log)]
    assert [line["session_id"] for line in lines] == ["1", "2", "1", "3"]


def test_rows_that_cannot_be_used_are_named_with_their_line_and_reason(folder: Path) -> None:
    bad = [
        '{"type": "click", "product_id": "brass-lamp"}',
        "{",
        '{"type": "click", "at": "2999-01-01T00:00:00Z", "product_id": "brass-lamp"}',
        json.dumps(LINES[0]),
    ]
    (folder / "bad.jsonl").write_text("\n".join(bad) + "\n", encoding="utf-8")
    done = shop("events", "import", str(folder / "bad.jsonl"), "--store", str(folder / "store"))
    assert json.loads(done.stdout) == {"accepted": 1, "repeated": 0, "bad_rows": 3, "unknown_products": 0}
    said = [line for line in done.stderr.splitlines() if "bad.jsonl" in line]
    assert [line.partition(", line ")[2].partition(":")[0] for line in said] == ["1", "2", "3"]
    assert said[0].endswith("at: every row needs one")
    assert said[2].endswith("Fix: send what has happened")


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"type": "clicked"}, "'question' or 'prefer'; it is 'clicked'"),
        ({"at": "10 May 2026"}, "such as 2026-05-10T12:00:05Z; it is '10 May 2026'"),
        ({"position": 0}, "position: Input should be greater than or equal to 1; it is 0"),
        ({"product_id": None}, "the row: a click needs a `product_id`"),
    ],
)
def test_a_bad_row_is_told_with_what_it_holds_and_what_it_should(
    folder: Path, cells: dict[str, object], says: str
) -> None:
    row = {"type": "click", "at": "2026-05-10T12:00:05Z", "product_id": "brass-lamp", **cells}
    (folder / "bad.jsonl").write_text(json.dumps(row), encoding="utf-8")
    done = shop("events", "import", str(folder / "bad.jsonl"), "--store", str(folder / "store"))
    assert done.stderr.splitlines()[0].endswith(says)


def test_what_an_import_leaves_out_of_the_rows_that_it_keeps_is_told(folder: Path) -> None:
    """A visitor under another name, an event that expires at once, and a file of nothing but names of columns."""
    (folder / "log.csv").write_text(
        "type,at,product_id,visitor_id,query\n"
        "click,2026-05-01T10:00:00Z,brass-lamp,u1,lamp\nview,2001-05-01T10:00:00Z,brass-lamp,u1,\n"
    )
    (folder / "none.csv").write_text("type,at\n")
    files = (str(folder / "log.csv"), str(folder / "none.csv"))
    done = shop("events", "import", *files, "--store", str(folder / "store"))
    assert json.loads(done.stdout) == {"accepted": 2, "repeated": 0, "bad_rows": 0, "unknown_products": 0}
    columns, nobody, old, empty = done.stderr.splitlines()
    assert columns.startswith("Passed over, since no event has such a column: visitor_id. What is read: type, ")
    assert (nobody[-3:], old[-3:]) == (": 2", ": 1")
    assert empty.endswith("none.csv holds no row")


def test_ids_that_a_table_with_gaps_holds_as_fractions_are_the_whole_numbers_that_they_were(folder: Path) -> None:
    row = EventRow.read({"type": "view", "at": "2026-05-01T10:00:00Z", "product_id": 81.0, "visitor": 7.0})
    assert (row.product_id, row.visitor) == ("81", "7")


def test_a_file_without_a_row_that_can_be_used_fails(folder: Path) -> None:
    (folder / "bad.jsonl").write_text("{}\n", encoding="utf-8")
    assert shop("events", "import", str(folder / "bad.jsonl"), "--store", str(folder / "store")).returncode == 1


def test_made_up_events_come_in_as_they_are_and_are_the_same_again(folder: Path) -> None:
    store, out = ("--store", str(folder / "store")), folder / "simulated.jsonl"
    options = (*store, "--shoppers", "5", "--days", "10", "--seed", "3", "--until", "2026-05-01")
    assert shop("events", "simulate", *options, "--out", str(out)).returncode == 0
    lines = out.read_text(encoding="utf-8")
    assert shop("events", "simulate", *options).stdout == lines
    assert {"shown", "click"} <= {json.loads(line)["type"] for line in lines.splitlines()}
    done = json.loads(shop("events", "import", str(out), *store).stdout)
    assert done == {"accepted": len(lines.splitlines()), "repeated": 0, "bad_rows": 0, "unknown_products": 0}


def test_a_report_leaves_out_small_groups_and_says_what_it_does(folder: Path) -> None:
    at = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    looked = [{"type": "view", "at": at, "visitor": f"u{who}", "product_id": "brass-lamp"} for who in range(5)]
    carted = [{"type": "cart", "at": at, "visitor": "u1", "product_id": name} for name in ("brass-lamp", "black-lamp")]
    (folder / "log.jsonl").write_text("\n".join(map(json.dumps, [*looked, *carted])), encoding="utf-8")
    shop("events", "import", str(folder / "log.jsonl"), "--store", str(folder / "store"))
    done = shop("events", "report", "--store", str(folder / "store"))
    only = {"product_id": "brass-lamp", "title": "Brass Desk Lamp", "looked": 5, "cart": None, "bought": None}
    assert [json.loads(line) for line in done.stdout.splitlines()] == [only]
    assert "fewer than 5 shoppers are left out; no noise" in done.stderr
    noisy = shop("events", "report", "--store", str(folder / "store"), "--epsilon", "1")
    assert (noisy.returncode, "noise with epsilon 1" in noisy.stderr) == (0, True)
