"""The report of a feed as a page, as lines and as JSON, through the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval.feed import read_feed
from retrieval.feeds.report import FeedReport, quality_of
from tests.ui.command import shop
from ui.feed_report import lines, page, percent

FEED = (
    '{"id": "1", "title": "<img src=x onerror=alert(1)>&lt;b&gt; lamp", "description": "Lamp & [b]bold[/b]", "price": 0}\n'
    '{"id": "2", "title": "Chair", "price": "ask <b>us</b>"}\n'
)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed <i>.jsonl"
    path.write_text(FEED, encoding="utf-8")
    return path


@pytest.fixture
def report(feed: Path, tmp_path: Path) -> FeedReport:
    return quality_of(read_feed([feed], tmp_path / "rejects.jsonl"), [feed.name])


def test_the_page_stands_alone(report: FeedReport) -> None:
    text = page(report)
    assert not any(mark in text for mark in ("<script", "<link", "src=", "url(", "@import"))
    assert '<html lang="en">' in text


def test_what_a_feed_says_is_escaped_on_the_page(report: FeedReport) -> None:
    text = page(report)
    assert "feed &lt;i&gt;.jsonl" in text
    assert "<b>us" not in text
    assert "<i>" not in text


def test_the_page_names_each_fault_with_its_cost_and_the_rejects(report: FeedReport) -> None:
    text = page(report)
    assert all(finding.title in text for finding in report.findings)
    assert "Shown as free, and first under “cheapest”." in text
    assert "no amount in it" in text


def test_the_lines_begin_with_the_counts_and_the_costliest(report: FeedReport) -> None:
    first, second, third, *_ = lines(report)
    assert first == "2 rows read, 1 used, 1 rejected."
    assert second == "Read as: rows in columns (Google, OpenAI and others)."
    assert third == "Price of 0: 1 (100 %), costly"


def test_the_lines_end_with_what_was_rejected_and_what_no_product_keeps(tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text("id,title,price,ads_redirect\n1,Lampe für 2,5,https://a.example\n2,Desk,ask,\n", encoding="cp1252")
    told = list(lines(quality_of(read_feed([feed], tmp_path / "rejects.jsonl"), [feed.name])))
    assert told[1].endswith("Not UTF-8: feed.csv: cp1252.")
    assert told[-2].startswith("Rejected for the price: 1, such as line 3 of ")
    assert told[-1].startswith("Not kept, ads_redirect: 1 in 1 rows, such as kept from the shopper (columns kept from")


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0 %"), (0.001, "under 1 %"), (0.5, "50 %"), (0.999, "over 99 %"), (1.0, "100 %")]
)
def test_a_share_is_never_none_or_all_where_it_is_not_quite(share: float, text: str) -> None:
    assert percent(share) == text


def test_the_command_prints_json_and_writes_the_page(feed: Path, tmp_path: Path) -> None:
    done = shop("feed", "report", str(feed), "--json", "--html", str(tmp_path / "report.html"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows_rejected"] == 1
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_report_that_cannot_be_written_is_one_line(feed: Path, tmp_path: Path) -> None:
    done = shop("feed", "report", str(feed), "--html", str(tmp_path / "no" / "report.html"))
    assert done.returncode == 1
    assert "cannot be written" in done.stderr


@pytest.mark.models
def test_index_writes_the_same_report_beside_the_store(feed: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    done = shop("index", str(feed), "--store", str(tmp_path / "store"), "--report", str(report))
    assert done.returncode == 0, done.stderr
    alone = shop("feed", "report", str(feed), "--json")
    assert json.loads(report.read_text(encoding="utf-8")) == json.loads(alone.stdout)
