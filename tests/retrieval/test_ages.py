"""Ages become the groups that listings name."""

from __future__ import annotations

import pytest

from retrieval.ages import as_groups


@pytest.mark.parametrize(
    ("said", "listed"),
    [
        ("gift for my 5 year old nephew", "gift for my kids nephew"),
        ("toy for a 2-year-old", "toy for a toddler kids"),
        ("a 1 yr old girl", "a baby girl"),
        ("six year old niece", "kids niece"),
        ("for a 15 years old", "for a teen"),
        ("scarf for my 60 year old father", "scarf for my father"),
        ("8yo birthday", "kids birthday"),
        ("a 12 year warranty", "a 12 year warranty"),  # no age
        ("5 drawer dresser", "5 drawer dresser"),
        ("a 12 year old whisky", "a 12 year old whisky"),  # no person's
        ("3-5 year olds", "kids"),
        ("70 year old", "70 year old"),  # nothing would be left
    ],
)
def test_an_age_is_said_as_listings_say_it(said: str, listed: str) -> None:
    assert as_groups(said) == listed
