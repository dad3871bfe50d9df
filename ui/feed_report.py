"""A feed's report as a page that stands alone, and as lines of text. What feeds say is escaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from retrieval.feeds.report import FeedReport

TEMPLATE = Path(__file__).with_name("feed_report.html")
GROUPS = (
    ("missing", "Missing", "What shoppers ask for and these products do not say."),
    ("suspicious", "Suspicious", "Values that stand in the feed and may not be meant."),
    ("duplicate", "Duplicate", "Products that cannot be told apart."),
)


def page(report: FeedReport) -> str:
    """One HTML page without scripts or anything from elsewhere."""
    from jinja2 import Environment  # here: most commands write no page

    pages = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    pages.filters["percent"] = percent
    counts = Counter(each.weight for each in report.findings)
    weights = [(weight, counts[weight]) for weight in ("costly", "noticeable", "minor")]
    template = pages.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(report=report, groups=GROUPS, weights=weights)


def lines(report: FeedReport) -> Iterator[str]:
    """The findings, the costliest first, each with its cost; then what was rejected and what no product keeps."""
    yield f"{report.rows_read:,} rows read, {report.rows_used:,} used, {report.rows_rejected:,} rejected."
    yield f"Read as: {', '.join(report.formats)}.{''.join(f' Not UTF-8: {each}.' for each in report.encodings)}"
    for each in report.findings:
        yield f"{each.title}: {each.count:,} ({percent(each.share)}), {each.weight}"
        yield f"  {each.cost}"
        for one in each.examples[:1]:
            product = f"{one.id} {one.title}".strip()
            yield f"  such as {': '.join(part for part in (product, one.seen) if part)}"
    for reject in report.rejects:
        yield f"Rejected for the {reject.field}: {reject.rows:,}, such as {reject.example}"
    for lost in report.not_kept:
        yield f"Not kept, {lost.column}: {lost.values:,} in {lost.rows:,} rows, such as {lost.example} ({lost.meaning})"


def percent(share: float) -> str:
    """ "12 %", and never 0 % or 100 % where it is not quite."""
    if 0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1 else f"{share:.0%}".replace("%", " %")
