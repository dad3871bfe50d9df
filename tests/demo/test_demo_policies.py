"""The demo shop's own rules by question, as the real embedder finds them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.actions.policy import SURELY_PLAIN, answers_in, gone_on, policy, source_of
from assistant.build import build_embedder
from assistant.meaning.asking import of_the_rules
from assistant.model import DialogueState, Exchange, Slots
from assistant.settings import Settings
from demo import build
from retrieval.policies.pages import read_policies
from retrieval.policies.passages import Policies
from retrieval.search import Searcher
from retrieval.store import Store
from tests.conftest import parts_with
from tests.fakes import said

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Policies]:
    with closing(Store(tmp_path_factory.mktemp("rules") / "store", create=True)) as store:
        rules = Policies(store.catalog, store.chroma(), build_embedder(Settings()))
        rules.replace(read_policies(Path(build.HERE) / "policies"))
        yield rules


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("do i pay for the return shipping?", "returns/what-a-return-costs"),
        (
            "how long is the warranty on it",
            "warranty/what-is-covered",
        ),  # which says what holds where a listing names no time
        ("does the second come with a warranty", "warranty/what-is-covered"),
        ("how long does the money take", "returns/refunds"),
        ("will it arrive before christmas", "shipping/how-long-it-takes"),
        ("and how long until it's here", "shipping/how-long-it-takes"),
        ("what happens if it arrives broken?", "returns/faulty-or-wrong-items"),
        ("do you offer a lifetime guarantee", "warranty/common-warranty-times"),
        ("which bank cards are accepted?", "payment/ways-to-pay"),
        ("what if there is a crack in it when it comes", "shipping/parcels-that-are-late-damaged-or-lost"),
        ("can i pay by the month", "payment/paying-in-installments"),
        ("will a gift card run out", "gift-cards/expiry"),
        ("do you deliver by tomorrow", "shipping/how-long-it-takes"),
        ("can you deliver it to the third floor", "shipping/what-shipping-costs"),
        ("may i pay on delivery", "payment/ways-to-pay"),
    ],
)
def test_what_is_surely_a_plain_question_in_other_words_is_answered_by_what_speaks_of_that(
    policies: Policies, question: str, passage: str
) -> None:
    assert answers_in(question, policies)[0][0].passage.id == passage


@pytest.mark.parametrize("question", ["gift wrapping", "is gift wrap possible?"])
def test_what_is_as_good_as_a_plain_question_that_nothing_speaks_of_finds_no_passage_by_its_words(
    policies: Policies, question: str
) -> None:
    """The page for gift cards has one of the words."""
    assert answers_in(question, policies) == []


def test_what_is_nearly_a_plain_question_is_none_about_the_rules_where_it_was_read_as_one_about_a_product(
    policies: Policies,
) -> None:
    assert answers_in("is it waterproof", policies)
    assert not answers_in("is it waterproof", policies, plainly=SURELY_PLAIN)


def test_a_question_that_points_back_goes_on_with_the_one_before_though_it_is_near_to_a_plain_one(
    policies: Policies,
) -> None:
    state = DialogueState(last=Exchange("do you sell gift cards", ""), acts=("policy", "policy"))
    told = {
        "for how long are they valid": "expiry",
        "how do they come": "how-they-arrive",
        "can she pay with two of them": "how-to-use-one",
        "for how long is it good": "expiry",
        "can i have my money back for it": "returns-and-refunds",
    }
    for question, passage in told.items():
        assert gone_on(question, state, policies)[0][0].passage.id == f"gift-cards/{passage}"


def test_of_the_passage_that_answers_a_question_it_is_quoted_what_speaks_of_the_subject_before(
    policies: Policies,
) -> None:
    """Of ways to pay, what is said of gift cards."""
    state = DialogueState(last=Exchange("do you sell gift cards", ""), acts=("policy", "policy"))
    found = gone_on("can she pay with it and paypal together", state, policies)[0][0]
    assert found.passage.id == "payment/ways-to-pay"
    assert "Gift cards of this shop, alone or together" in source_of(found).quote


def test_a_question_that_points_back_to_a_thing_goes_on_with_no_rule_for_its_parts(policies: Policies) -> None:
    state = DialogueState(last=Exchange("do you have spare wheels for the chair", ""), acts=("policy", "policy"))
    assert (
        gone_on("what if i don't like sitting on it", state, policies)[0][0].passage.id == "returns/the-return-window"
    )


def test_a_plain_question_that_the_rules_leave_open_goes_on_with_none_before(policies: Policies) -> None:
    state = DialogueState(last=Exchange("what does delivery cost", ""), acts=("policy", "policy"))
    assert gone_on("can you put it aside for me until friday", state, policies) == []


def test_what_is_read_as_a_wish_and_is_surely_a_plain_question_is_asked_of_the_rules(
    policies: Policies, searcher: Searcher
) -> None:
    """Of wrapping the rules say nothing, so that paper for it is looked for; nor is a birthday card a gift card."""
    parts = replace(parts_with(searcher), policies=policies)
    cards, *things = (
        of_the_rules(replace(said("search", product=name), message=message), DialogueState(), parts)
        for name, message in (
            ("cards", "what cards are accepted here"),
            ("gift wrap paper", "gift wrap paper"),
            ("birthday card", "birthday card"),
        )
    )
    assert (cards.intent, cards.slots) == ("policy", Slots(ask="what cards are accepted here"))
    assert [one.intent for one in things] == ["search", "search"]


def test_a_question_goes_on_with_the_one_before_where_that_leads_to_what_it_is_nearly_nearest_to(
    policies: Policies, searcher: Searcher
) -> None:
    """By itself "express" is nearest to the row of the delivery times that is called so."""
    state = DialogueState(last=Exchange("what does delivery cost", ""), acts=("policy", "policy"))
    parts = replace(parts_with(searcher), policies=policies)
    alone = policy(said("policy", ask="express"), DialogueState(), parts)
    assert [source.id for source in alone.sources] == ["shipping/how-long-it-takes"]
    outcome = policy(replace(said("policy", ask="express"), message="is there express"), state, parts)
    assert [source.id for source in outcome.sources] == ["shipping/what-shipping-costs"]
