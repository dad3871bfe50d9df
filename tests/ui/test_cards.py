"""What the page draws: pure, complete, and with every text escaped."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from assistant.contract import Parsed
from assistant.sessions import StaffAnswer
from retrieval.query import Constraints
from ui.cards import COMPARE, STEPS, Spoken, card, cart, earlier, newest, ordinal, understood
from ui.examples import REPLY
from ui.icons import placeholder
from ui.lane import Place
from ui.page import with_event
from ui.shapes import (
    Cart,
    CartItem,
    Comparison,
    ComparisonRow,
    ContactLink,
    Evidence,
    FollowUp,
    ProductCard,
    Reply,
    Source,
    Wish,
)

HOSTILE = """<img src=x onerror="alert(1)"></li><script>alert(2)</script> ${alert(3)} {{alert(4)}} `"'&"""
LAMP = ProductCard(
    id="brass-lamp",
    title="Brass Desk Lamp",
    price=34.99,
    list_price=49.99,
    currency="USD",
    brand="Halden",
    category=["lighting", "desk lamps"],
    image_url=None,
    url=None,
    in_stock=True,
    rating=4.6,
    review_count=1512,
    rank=2,
    score=0.9,
    reasons=[Evidence(kind="constraint", text="$34.99 is under your $40 limit", field="price")],
    caveats=[Evidence(kind="unmet", text="comes in brass, not black", field="color")],
    sponsored=False,
)


def changed(**values: object) -> ProductCard:
    return LAMP.model_copy(update=values)


class Reader(HTMLParser):
    """What a browser makes of the HTML: the tags with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def buttons(self) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == "button"]


def test_a_card_says_that_it_is_sponsored_before_its_name_and_only_then() -> None:
    text = Reader(card(changed(sponsored=True), in_reach=True)).text
    assert 0 <= text.index("Sponsored") < text.index(LAMP.title)
    assert "Sponsored" not in Reader(card(LAMP, in_reach=True)).text


def test_a_card_shows_price_list_price_rating_stock_reason_and_caveat() -> None:
    html = card(LAMP, in_reach=True)
    text = Reader(html).text
    assert "<s>$49.99</s>" in html
    for shown in (
        "$34.99",
        "4.6",
        "(1,512)",
        "In stock",
        "✓$34.99 is under your $40 limit",
        "comes in brass, not black",
    ):
        assert shown in text


def test_of_several_needs_each_has_its_own_list_under_its_name() -> None:
    lamp, mug = changed(rank=1, need="desk lamp"), changed(id="mug", title="Tin <Mug>", rank=2, need="mug <tin>")
    html = newest(Spoken("a lamp and a mug", "Here they are.", (lamp, mug)))
    names = [attributes["aria-label"] for tag, attributes in Reader(html).tags if tag == "ol"]
    starts = [attributes["start"] for tag, attributes in Reader(html).tags if tag == "ol"]
    assert (names, starts) == (["desk lamp", "mug <tin>"], ["1", "2"])
    assert "<tin>" not in html
    assert 'class="need"' not in newest(Spoken("a lamp", "Here.", (LAMP,)))


def test_a_list_price_that_is_not_higher_is_not_struck_through() -> None:
    assert "<s>" not in card(changed(list_price=34.99), in_reach=True)


def test_what_the_feed_does_not_say_is_said_to_be_unknown() -> None:
    text = Reader(card(changed(price=None, list_price=None, in_stock=None, rating=None), in_reach=True)).text
    assert "Price not stated" in text
    assert "Stock not stated" in text
    assert "★" not in text


def test_the_buttons_speak_of_the_place_shown_and_mean_the_product() -> None:
    add, compare, like, ask = Reader(card(LAMP, in_reach=True)).buttons()
    assert add["data-say"] == "Add the second one to my cart"
    assert json.loads(str(add["data-means"])) == {"act": "cart_add", "product_ids": [LAMP.id]}
    assert json.loads(str(like["data-means"])) == {"act": "similar", "product_ids": [LAMP.id]}
    assert json.loads(str(compare["data-compare"])) == {"id": LAMP.id, "title": LAMP.title}
    assert add["aria-label"] == "Add to cart: Brass Desk Lamp"
    assert like["data-say"] == "Show me more like the second one"
    assert ask["data-draft"] == "About the second one: "


def test_a_reason_that_no_listing_states_does_not_unfold() -> None:
    liked = Evidence(kind="interest", text="because you liked “Brass Lamp”", field="events")
    shown = card(changed(reasons=[liked]), in_reach=True)
    assert "<span>because you liked “Brass Lamp”</span>" in shown
    assert "<details" not in shown


def test_a_sold_out_product_cannot_be_added_but_can_be_asked_about() -> None:
    _, like, ask = Reader(card(changed(in_stock=False), in_reach=True)).buttons()
    assert "more like" in str(like["data-say"])
    assert "data-draft" in ask


def test_only_the_products_last_shown_have_buttons() -> None:
    shown, later, spoken = (Spoken(text, "Here.", (LAMP,)) for text in ("one", "two", "three"))
    answered = Spoken("what is in my cart?", "It is empty.")
    assert len(Reader(earlier([shown, later, answered])).buttons()) == 4
    assert len(Reader(newest(spoken)).buttons()) == 4


def test_the_newest_turn_offers_its_suggestions_and_the_answers_to_its_question_once() -> None:
    asked = FollowUp(text="Clamp or stand?", field="type", options=["Clamp", "Stand"])
    turn = Spoken("lamp", "Here.", question=asked, suggestions=("Clamp", "Show more"))
    assert [button["data-say"] for button in Reader(newest(turn)).buttons()] == ["Clamp", "Stand", "Show more"]
    assert Reader(earlier([turn])).buttons() == []


def test_a_question_that_ends_the_reply_is_not_said_twice() -> None:
    asked = FollowUp(text="For men or women?", field="gender", options=["men", "women"])
    html = newest(Spoken("boots", "Here are 3. For men or women?", question=asked))
    assert html.count("For men or women?") == 1
    assert 'data-say="men"' in html


def test_an_empty_page_invites_with_examples() -> None:
    html = Reader(newest(None))
    assert "What are you looking for?" in html.text
    assert len(html.buttons()) >= 3


def test_a_turn_under_way_is_marked_busy_and_a_failed_one_says_why() -> None:
    assert 'aria-busy="true"' in newest(Spoken("lamp", waiting=True))
    failed = newest(Spoken("lamp", trouble="Too long."))
    assert "Too long." in failed
    assert "aria-busy" not in failed


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//elsewhere", "http://[", "file:///etc/passwd"]
)
def test_an_address_that_is_not_of_the_web_is_neither_linked_nor_loaded(address: str) -> None:
    tags = Reader(card(changed(url=address, image_url=address), in_reach=True)).tags
    assert not [tag for tag, _ in tags if tag in ("a", "img")]


def test_a_picture_has_its_title_as_text_and_is_loaded_only_when_near() -> None:
    tags = Reader(card(changed(image_url='https://img.test/a.jpg?"x'), in_reach=True)).tags
    (picture,) = (attributes for tag, attributes in tags if tag == "img")
    assert picture["src"] == 'https://img.test/a.jpg?"x'
    assert (picture["alt"], picture["loading"]) == ("Brass Desk Lamp", "lazy")


def test_a_picture_of_our_own_is_asked_of_this_server_and_no_other_path_of_it_is_a_picture() -> None:
    shown, other = (
        [
            attributes["src"]
            for tag, attributes in Reader(card(changed(image_url=url), in_reach=True)).tags
            if tag == "img"
        ]
        for url in ("/pictures/desk-lamp/black/steel.svg", "/pictures/../admin/a/b.svg")
    )
    assert (shown, other) == (["pictures/desk-lamp/black/steel.svg"], [])


def test_under_every_picture_lies_the_stand_in_for_when_it_cannot_be_loaded() -> None:
    html = card(changed(image_url="https://img.test/gone.jpg"), in_reach=True)
    assert html.index('class="stand-in') < html.index("<img")


def hostile_parts() -> list[str]:
    said = [Evidence(kind=HOSTILE, text=HOSTILE, field=HOSTILE)]
    product = changed(title=HOSTILE, brand=HOSTILE, category=[HOSTILE], reasons=said, caveats=said)
    question = FollowUp(text=HOSTILE, field=HOSTILE, options=[HOSTILE])
    staff = (StaffAnswer(1, 1, HOSTILE, datetime.now(UTC)),)
    turn = Spoken(HOSTILE, HOSTILE, (product,), question, (HOSTILE, "x"), trouble=HOSTILE, answers=staff)
    line = CartItem(product_id=HOSTILE, title=HOSTILE, quantity=1, unit_price=1, subtotal=1)
    wishes = [Wish(field=HOSTILE, value=HOSTILE, text=HOSTILE)]
    whole = Spoken(HOSTILE, HOSTILE, (product,), reply=hostile_reply(product))
    filled = cart(Cart(items=[line], count=1, total=1))
    return [earlier([turn, whole]), newest(turn), newest(whole), filled, understood(wishes, [HOSTILE])]


def hostile_reply(product: ProductCard) -> Reply:
    table = Comparison(fields=[HOSTILE], rows=[ComparisonRow(product_id=HOSTILE, values=[HOSTILE])])
    source = Source(kind="policy", id=HOSTILE, title=HOSTILE, quote=HOSTILE)
    said = {"comparison": table, "sources": [source], "products": [product], "fault": HOSTILE, "acts": [HOSTILE]}
    return Reply.model_validate(REPLY).model_copy(update={**said, "checkout_url": "javascript:alert(1)"})


@pytest.mark.parametrize("html", hostile_parts())
def test_hostile_words_stay_words(html: str) -> None:
    read = Reader(html)
    assert not {tag for tag, _ in read.tags} & {"script", "img"}
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on")]
    assert HOSTILE in read.text


def test_the_cart_counts_and_adds_up() -> None:
    lines = [
        CartItem(product_id="a", title="Lamp", quantity=2, unit_price=34.99, subtotal=69.98),
        CartItem(product_id="b", title="Mug", quantity=1, unit_price=9, subtotal=9),
    ]
    text = Reader(cart(Cart(items=lines, count=3, total=78.98))).text
    for shown in ("3 items", "Quantity 2", "$69.98", "Quantity 1", "$9", "$78.98"):
        assert shown in text
    assert "empty" in Reader(cart(Cart())).text


def test_a_cart_with_something_in_it_leads_to_the_checkout() -> None:
    line = CartItem(product_id="a", title="Lamp", quantity=1, unit_price=9, subtotal=9)
    assert 'data-say="Check out"' in cart(Cart(items=[line], count=1, total=9))
    assert 'data-say="Check out"' not in cart(Cart())


def test_a_line_of_the_cart_has_buttons_for_one_less_one_more_and_none() -> None:
    lines = [
        CartItem(product_id="a", title="Brass Desk Lamp", quantity=2, unit_price=34.99, subtotal=69.98),
        CartItem(product_id="b", title="Mug", quantity=1, unit_price=9, subtotal=9),
    ]
    view = Reader(cart(Cart(items=lines, count=3, total=78.98)).split("<details")[0])  # as on wide screens
    named = {
        str(button["aria-label"]): json.loads(str(button["data-cart"]))
        for button in view.buttons()
        if "data-cart" in button
    }
    assert named == {
        "One less: Brass Desk Lamp": {"product_id": "a", "quantity": 1},
        "One more: Brass Desk Lamp": {"product_id": "a", "quantity": 3},
        "Take out: Brass Desk Lamp": {"product_id": "a", "quantity": 0},
        "One more: Mug": {"product_id": "b", "quantity": 2},
        "Take out: Mug": {"product_id": "b", "quantity": 0},
    }


def test_each_wish_has_a_button_that_names_and_takes_back_just_it() -> None:
    wishes = [Wish(field="price", value=None, text="under $40"), Wish(field="color", value="sage", text="sage")]
    price, color = Reader(understood(wishes)).buttons()
    assert (price["aria-label"], json.loads(str(price["data-drop"]))) == (
        "Remove: under $40",
        {"field": "price", "value": None},
    )
    assert (color["aria-label"], json.loads(str(color["data-drop"]))) == (
        "Remove: sage",
        {"field": "color", "value": "sage"},
    )


def test_what_else_is_looked_for_stands_below_the_wishes() -> None:
    html = understood([Wish(field="product", value=None, text="watch")], ["scarf under $60", "<b>bear</b>"])
    assert '<p class="also">Also: scarf under $60; &lt;b&gt;bear&lt;/b&gt;</p>' in html
    assert "Also" not in understood([])


def test_a_turn_under_way_says_which_step_it_is_at() -> None:
    asked = Spoken("lamp", waiting=True)
    read = with_event(asked, Parsed("search", Constraints()))
    steps = [re.findall(r'aria-current="step">([^<]+)', newest(turn)) for turn in (asked, read)]
    assert steps == [[STEPS[0]], [STEPS[1]]]


def test_a_comparison_is_a_table_by_field_and_product_and_is_then_not_offered() -> None:
    rows = [
        ComparisonRow(product_id="brass-lamp", title="Brass Desk Lamp", values=["$34.99", "40 cm"]),
        ComparisonRow(product_id="x", values=["$20", "–"]),
    ]
    compared = Reply.model_validate(REPLY).model_copy(
        update={"comparison": Comparison(fields=["price", "height"], rows=rows)}
    )
    two = (LAMP, changed(id="x"))
    table = Reader(newest(Spoken("compare", "They differ.", two, reply=compared))).text
    assert "Brass Desk Lampx" in table
    assert "price$34.99$20" in table
    assert COMPARE not in table
    assert COMPARE in newest(Spoken("lamp", "Here.", two))


def test_a_texts_quotation_and_the_way_to_the_checkout_stand_under_the_answer() -> None:
    source = Source(kind="policy", id="returns", title="Returns", quote="Thirty days.")
    reply = Reply.model_validate(REPLY).model_copy(update={"sources": [source], "checkout_url": "https://pay.test/1"})
    html = newest(Spoken("returns?", "Thirty days.", reply=reply))
    assert "Thirty days.<cite>Returns</cite>" in html
    assert 'href="https://pay.test/1"' in html


def test_the_shop_s_link_to_its_staff_is_a_button_and_only_where_it_writes_or_calls() -> None:
    reply = Reply.model_validate(REPLY)
    for url, there in (("mailto:help@shop.example", True), ("javascript:alert(1)", False)):
        html = newest(
            Spoken(
                "help", "Here.", reply=reply.model_copy(update={"contact_link": ContactLink(text="<b>Ask", url=url)})
            )
        )
        assert (f'href="{url}"' in html, "&lt;b&gt;Ask" in html) == (there, there)


def test_the_panel_about_an_answer_has_its_reading_scores_and_times() -> None:
    told = Reader(newest(Spoken("lamp", "Here.", reply=Reply.model_validate(REPLY)))).text
    for shown in ("Read assearch", "price: under $40", "Brass Desk Lamp0.930price, description", "parse310 ms"):
        assert shown in told


def test_places_are_named_as_far_as_people_count_and_numbered_beyond() -> None:
    assert (ordinal(1), ordinal(10), ordinal(11)) == ("first", "tenth", "number 11")


def test_a_stand_in_is_drawn_for_the_narrowest_category_known_and_for_none() -> None:
    lamp, unknown = placeholder("Brass Lamp", ["lighting", "desk lamps"]), placeholder("Thing", [])
    assert lamp != placeholder("Brass Lamp", ["kitchen", "cups"])
    assert unknown.count("<path") == 1


def test_whoever_waits_reads_how_many_are_before_until_the_turn_begins() -> None:
    waiting = with_event(Spoken("a lamp", waiting=True), Place(ahead=2, wait_s=5))
    assert "2 before you. About 5 s." in newest(waiting)
    begun = with_event(waiting, Parsed("search", Constraints()))
    assert "before you" not in newest(begun)


def test_what_the_staff_write_stands_after_its_turn_and_apart_from_the_assistant_s_words() -> None:
    staff = tuple(StaffAnswer(number, 1, f"Answer {number}", datetime.now(UTC)) for number in (1, 2))
    html = newest(Spoken("a person", "I have passed this on.", suggestions=("More",), answers=staff))
    shown = Reader(html).text
    told = [shown.index(words) for words in ("I have passed this on.", "More", "Answer 1", "Answer 2")]
    assert told == sorted(told)
    assert shown.count("From the shop’s team") == 2
    assert html.partition('class="answer"')[2].partition("</div>")[0].count("Answer") == 0
