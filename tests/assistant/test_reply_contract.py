"""Whatever is read in a message, the reply has the shape that others rely on, and what it shows obeys the need."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.model import GENDERS, INTENTS, REFERENCES, Parse, Slots
from retrieval.product import as_decimal
from tests.conftest import AssistantWith
from tests.small_shop import BY_ID

KEYS: dict[str, Any] = {
    "session_id": str, "turn": int, "intent": str, "acts": list, "reply": str, "products": list, "constraints": dict,
    "relaxed": list, "question": (dict, type(None)), "comparison": (dict, type(None)), "cart": dict, "suggestions": list,
    "sources": list, "handoff": (dict, type(None)), "fault": (str, type(None)), "latency_ms": dict,
}  # fmt: skip
PRODUCT_KEYS = {
    "id", "title", "price", "currency", "brand", "category", "image_url", "url", "in_stock", "rank", "score", "reasons", "caveats",
    "sponsored",
}  # fmt: skip
CONSTRAINT_LISTS = ("color", "size", "material", "features", "exclude")
CONSTRAINT_KEYS = {*CONSTRAINT_LISTS, "product", "brand", "gender", "price_min", "price_max", "quantity"}

WORD = st.sampled_from(
    [
        "lamp",
        "desk lamp",
        "bag",
        "jacket",
        "kitchen",
        "leather",
        "black",
        "steel",
        "warm",
        "halden",
        "price",
        "cups",
        "🙂",
        '"',
        "AND",
    ]
)
WORDS = st.lists(WORD, max_size=2, unique=True).map(tuple)
AMOUNT = st.none() | st.integers(0, 200).map(as_decimal)
SLOTS = st.builds(
    Slots,
    product=st.none() | WORD,
    brand=st.none() | st.sampled_from(["halden", "norrvik", "nobody"]),
    color=WORDS,
    size=WORDS,
    material=WORDS,
    features=WORDS,
    exclude=WORDS,
    price_min=AMOUNT,
    price_max=AMOUNT,
    quantity=st.none() | st.integers(1, 50),
    gender=st.none() | st.sampled_from(GENDERS),
    ref=st.lists(st.integers(1, 9) | st.sampled_from(REFERENCES), max_size=2).map(tuple),
    drop=WORDS | st.just(("price",)) | st.just(("exclude",)),
    sort=st.none() | st.sampled_from(["price_asc", "price_desc", "rating"]),
    ask=st.none() | WORD,
)
PARSES = st.lists(st.builds(Parse, st.sampled_from(INTENTS), SLOTS), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(parses=PARSES)
def test_every_reply_keeps_the_contract(assistant_with: AssistantWith, parses: Sequence[Parse]) -> None:
    shop = assistant_with(parses)
    for number, parse in enumerate(parses, 1):
        reply = json.loads(json.dumps(shop.reply(f"message number {number}", "s_1").to_json(), allow_nan=False))
        assert (reply["session_id"], reply["turn"], reply["intent"]) == ("s_1", number, parse.intent)
        _check_shape(reply)
        _check_cart(reply["cart"])
        _check_products(reply)
        shown = shop.session("s_1").state.shown  # what "the second" of the next message is looked for in
        assert [shown[product["rank"] - 1] for product in reply["products"]] == [one["id"] for one in reply["products"]]


def _check_shape(reply: dict[str, Any]) -> None:
    assert all(isinstance(reply[key], kind) for key, kind in KEYS.items())
    assert set(reply["constraints"]) >= CONSTRAINT_KEYS
    assert all(isinstance(reply["constraints"][name], list) for name in CONSTRAINT_LISTS)
    assert set(reply["latency_ms"]) >= {"parse", "retrieve", "rerank", "write", "total"}
    assert reply["intent"] in reply["acts"]
    assert reply["reply"].strip()
    assert all(isinstance(text, str) and text for text in reply["suggestions"])
    assert all(relaxed["field"] and relaxed["text"] for relaxed in reply["relaxed"])


def _check_cart(cart: dict[str, Any]) -> None:
    assert cart["count"] == sum(item["quantity"] for item in cart["items"])
    subtotals = [Decimal(str(item["subtotal"])) for item in cart["items"]]
    assert Decimal(str(cart["total"])) == sum(subtotals, Decimal(0))
    for item in cart["items"]:
        stock = BY_ID[item["product_id"]].stock
        assert item["quantity"] >= 1
        assert stock is None or item["quantity"] <= stock


def _check_products(reply: dict[str, Any]) -> None:
    products, wanted = reply["products"], reply["constraints"]
    relaxed = {one["field"] for one in reply["relaxed"]}
    ranks = [product["rank"] for product in products]
    of_a_list = (
        reply["intent"] == "compare" and len(ranks) == 1
    )  # "which is the cheapest?": it keeps its place in what was shown
    assert ranks == list(range(1, len(products) + 1)) or (of_a_list and ranks[0] > 1)
    assert len({product["id"] for product in products}) == len(products)
    for product in products:
        assert set(product) >= PRODUCT_KEYS
        assert product["reasons"]
        assert all({"kind", "text", "field"} <= set(told) for told in (*product["reasons"], *product["caveats"]))
        assert 0 <= product["score"] <= 1
        if reply["intent"] in ("search", "refine", "more"):  # shown for the need as it stands in the reply
            assert _within(product["price"], wanted, relaxed)
            assert not any(_says(BY_ID[product["id"]], word) for word in wanted["exclude"])


def _within(price: float | None, wanted: dict[str, Any], relaxed: set[str]) -> bool:
    low, high = wanted["price_min"], wanted["price_max"]
    over = high is not None and (price is None or price > high) and "price_max" not in relaxed
    under = low is not None and (price is None or price < low) and "price_min" not in relaxed
    return not over and not under


def _says(product: Any, word: str) -> bool:
    values = [value for values in product.attributes.values() for value in values]
    text = " \n ".join([product.title, product.description, product.brand or "", *product.category, *values])
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)) if word.isalpha() else False
