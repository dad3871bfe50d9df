"""The probes are well formed, and true of the catalogue that they were written for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.kind_probes import PROBES, Outcome, Probe, means, read_probes
from retrieval.feed import read_feed

FEED = Path(__file__).resolve().parents[2] / "shared" / "data" / "icecat.jsonl.gz"
LEAST_RIGHT = 5
SAID_AT_MOST = 0.01  # of the right titles, where a probe is in words that the catalogue does not use
EACH = read_probes(PROBES)
PARROT = Probe("parrot", True, re.compile("parrot"), re.compile("cage"), "grey parrot", "parrot cage")


def says(title: str, text: str) -> bool:
    """Whether all the words stand in the title, as they are or as a plural."""
    return all(re.search(rf"\b{re.escape(word)}s?\b", title, re.IGNORECASE) for word in text.split())


def test_there_are_sixty_different_probes_a_third_of_them_in_other_words() -> None:
    assert len({probe.text for probe in EACH}) == len(EACH) == 60
    assert sum(not probe.listed for probe in EACH) == 20


@pytest.mark.parametrize("probe", EACH, ids=lambda probe: probe.text)
def test_an_example_is_right_and_a_near_miss_is_not(probe: Probe) -> None:
    assert probe.right(probe.example)
    assert not probe.right(probe.near_miss)


def test_the_share_is_of_what_is_shown_and_nothing_for_nothing() -> None:
    some = Outcome(PARROT, ("grey parrot", "parrot cage", "red parrot", "nightjar"))
    assert some.wrong == ("parrot cage", "nightjar")
    assert some.share == 2 / 4
    assert Outcome(PARROT, ()).share == 0.0


def test_means_tell_listed_probes_from_the_others() -> None:
    other = Probe("polly", False, PARROT.thing, PARROT.other, PARROT.example, PARROT.near_miss)
    found = means([Outcome(PARROT, ("grey parrot",)), Outcome(other, ("parrot cage",))])
    assert {name: figure.mean for name, figure in found.items()} == {"all": 0.5, "listed": 1.0, "in other words": 0.0}


@pytest.mark.data
def test_every_probe_is_true_of_its_catalogue(tmp_path: Path) -> None:
    if not FEED.is_file():
        pytest.skip(f"{FEED} is not there")
    titles = [product.title for product in read_feed([FEED], tmp_path / "rejects")]
    for probe in EACH:
        right = [title for title in titles if probe.right(title)]
        said = sum(says(title, probe.text) for title in right)
        assert len(right) >= LEAST_RIGHT, probe.text
        assert probe.listed == (said > SAID_AT_MOST * len(right)), probe.text
