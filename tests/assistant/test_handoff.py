"""Passing a conversation on: asked for, offered after failed turns, by the shop's rules; said only when it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from assistant import Assistant, Reply
from assistant.actions.handoff import OFFER, failed
from assistant.build import build_handoff
from assistant.contract import Done, Shown, Token
from assistant.model import Answer, Outcome, Parse
from assistant.outbound.handoff import HandoffDesk, HandoffRules
from assistant.outbound.letters import Letters
from assistant.outbound.routes import ByMail, ByWebhook, ToInbox
from assistant.outbound.webhook import Webhook
from assistant.rules import read_toml
from assistant.settings import Settings
from assistant.state import replay
from retrieval.errors import BadInput
from retrieval.search import Searcher
from tests.conftest import parts_with
from tests.fakes import said
from tests.webhook_server import SECRET, WebhookServer

LAMP = said("search", product="lamp", price_max=Decimal(40))
TOTE, ADD = said("search", product="tote bag"), said("cart_add", ref=(1,))
ASK, LOST = said("handoff"), said("other")
Talking = Callable[..., "Talk"]
OPEN = HandoffRules(contact="help@shop.example", hours="Monday to Friday, 9 to 17")


@pytest.fixture
def server() -> Iterator[WebhookServer]:
    server = WebhookServer()
    yield server
    server.close()


class Talk:
    """A conversation of queued parses with a shop whose staff is reached by the server."""

    def __init__(self, searcher: Searcher, server: WebhookServer | None, parses: Sequence[Parse], rules: HandoffRules):
        route = ByWebhook(Webhook(server.url, SECRET, sleep=lambda _: None)) if server else None
        self.letters = Letters()
        desk = HandoffDesk(rules, route, self.letters)
        self.shop = Assistant(replace(parts_with(searcher, parses), handoff=desk, confirm_below=0.4))
        self.messages = iter(range(1, 99))

    def say(self, message: str = "") -> Reply:
        return self.shop.reply(message or f"message number {next(self.messages)}", "s_1")


@pytest.fixture
def talk(searcher: Searcher, server: WebhookServer) -> Iterator[Talking]:
    made: list[Talk] = []

    def start(*parses: Parse, rules: HandoffRules = OPEN, reachable: bool = True) -> Talk:
        made.append(Talk(searcher, server if reachable else None, parses, rules))
        return made[-1]

    yield start
    for one in made:
        one.shop.close()


LINK = HandoffRules(link="https://wa.me/15550100?text=I+need+help.+{need}+{reference}", link_text="Write on WhatsApp")


def test_the_shop_s_link_stands_beside_what_happened_and_names_it(talk: Talking) -> None:
    conversation = talk(LAMP, ASK, LAMP, rules=LINK)
    before, reply, after = [conversation.say() for _ in range(3)]
    assert reply.handoff is not None
    need = "Looking%20for%3A%20lamp%20under%20%2440."
    assert reply.to_json()["contact_link"] == {
        "text": "Write on WhatsApp",
        "url": f"https://wa.me/15550100?text=I+need+help.+{need}+{reply.handoff.reference}",
    }
    assert "You can also reach them yourself: by the link below." in reply.reply
    assert (before.contact_link, after.contact_link) == (None, None)


def test_where_nobody_was_told_the_link_is_there_and_nothing_is_claimed(talk: Talking) -> None:
    reply = talk(ASK, rules=LINK, reachable=False).say()
    assert reply.contact_link is not None
    assert reply.contact_link.url.endswith("+")  # no reference, since nothing is kept under one
    assert (
        reply.handoff,
        "nobody has been told. You can reach the shop yourself: by the link below." in reply.reply,
    ) == (
        None,
        True,
    )


def test_what_could_not_be_delivered_is_named_in_the_link_as_it_is_kept(talk: Talking, server: WebhookServer) -> None:
    server.statuses = [400]
    conversation = talk(ASK, rules=LINK)
    reply = conversation.say()
    (kept,) = conversation.letters.all()
    assert reply.contact_link is not None
    assert (reply.fault, reply.contact_link.url.rpartition("+")[2]) == ("handoff-not-delivered", kept.letter.reference)


def test_the_link_comes_with_an_offer_too(talk: Talking) -> None:
    conversation = talk(LOST, LOST, rules=LINK)
    first, second = conversation.say(), conversation.say()
    assert (first.contact_link, OFFER in second.reply, second.contact_link is not None) == (None, True, True)


def test_a_yes_passes_a_question_that_no_listing_answers_on_to_the_staff(talk: Talking, server: WebhookServer) -> None:
    conversation = talk(LAMP, said("ask_product", ref=(1,), ask="safe for cats"), said("greet"))
    conversation.say()
    asked = conversation.say("is the first one safe for cats?")
    assert asked.reply.endswith("The shop's staff may know. Do you want your question passed on?")
    assert server.taken == {}  # nobody is told before the yes
    reply = conversation.say("yes please")
    assert reply.handoff is not None
    ((_, letter),) = server.taken.items()
    assert "is the first one safe for cats?" in str(letter)


def test_a_no_passes_nothing_on(talk: Talking, server: WebhookServer) -> None:
    conversation = talk(LAMP, said("ask_product", ref=(1,), ask="safe for cats"), said("greet"))
    for message in ("lamps", "is the first one safe for cats?", "no thanks"):
        reply = conversation.say(message)
    assert (reply.handoff, server.taken) == (None, {})


@pytest.mark.parametrize("link", ["mailto:help@shop.example?subject={reference}", "tel:+15550100", "sms:+15550100", ""])
def test_a_link_writes_or_calls(link: str) -> None:
    assert HandoffRules(link=link).link == link


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "http://shop.example", "shop.example", "mailto:", "https://x.example/{name}", "tel:1 2"],
)
def test_any_other_link_is_refused_at_the_start(link: str) -> None:
    with pytest.raises(ValueError, match="link"):
        HandoffRules(link=link)


def test_a_person_is_told_the_transcript_the_need_and_the_cart(talk: Talking, server: WebhookServer) -> None:
    conversation = talk(TOTE, ADD, LAMP, ASK)
    *before, reply = [conversation.say() for _ in range(4)]
    (letter,) = server.taken.values()
    assert letter["why"] == "asked"
    assert letter["need"] == "Looking for: lamp under $40."
    assert (letter["constraints"]["product"], letter["constraints"]["price_max"]) == ("lamp", 40.0)
    assert ([line["id"] for line in letter["cart"]["items"]], letter["cart"]["total"]) == (["tote"], "29.00")
    spoken = [(one["shopper"], one["shop"]) for one in letter["transcript"]]
    assert spoken == [
        *((f"message number {number}", one.reply) for number, one in enumerate(before, start=1)),
        ("message number 4", ""),
    ]
    assert reply.reply == (
        f"I have passed this conversation on to the shop's staff; the reference is {letter['reference']}. "
        "You can also reach them yourself: help@shop.example. Office hours: Monday to Friday, 9 to 17."
    )
    assert reply.to_json()["handoff"] == {
        "reference": letter["reference"], "by": "webhook", "why": "asked", "hours": "Monday to Friday, 9 to 17",
    }  # fmt: skip


def test_what_is_not_delivered_is_not_claimed_but_kept(talk: Talking, server: WebhookServer) -> None:
    server.statuses = [503] * 3
    conversation = talk(ASK)
    reply = conversation.say()
    assert reply.reply == (
        "I could not pass this conversation on: nothing confirmed that anybody has got it. "
        "You can reach the shop yourself: help@shop.example. Office hours: Monday to Friday, 9 to 17."
    )
    assert reply.to_json()["fault"] == "handoff-not-delivered"
    assert reply.handoff is None
    assert [one.letter.transcript[0].shopper for one in conversation.letters.all()] == ["message number 1"]


def test_without_a_way_to_a_person_nobody_is_told(talk: Talking) -> None:
    reply = talk(ASK, rules=HandoffRules(), reachable=False).say()
    assert reply.reply == (
        "I can't reach a person from here, so nobody has been told. Please use the shop's contact page."
    )
    assert (reply.handoff, reply.fault) == (None, None)


def test_asked_again_the_rest_goes_on_under_the_same_reference(talk: Talking, server: WebhookServer) -> None:
    conversation = talk(ASK, TOTE, ASK)
    first, _, again = [conversation.say() for _ in range(3)]
    assert first.handoff is not None
    assert again.handoff == first.handoff
    assert len(server.taken) == 2
    assert len({letter["reference"] for letter in server.taken.values()}) == 1


def test_two_failed_turns_in_a_row_offer_a_person_and_a_yes_passes_it_on(talk: Talking, server: WebhookServer) -> None:
    conversation = talk(LOST, LOST, said("greet"))
    first, second = conversation.say(), conversation.say()
    assert OFFER not in first.reply
    assert second.reply.endswith(OFFER)
    assert second.question is not None
    assert server.tries == []  # nothing goes out before the yes
    yes = conversation.say("yes please")
    assert (yes.intent, yes.handoff is not None, len(server.taken)) == ("handoff", True, 1)


def test_the_offer_is_the_one_question_where_nothing_was_found(talk: Talking) -> None:
    conversation = talk(*[said("search", product="lamp", exclude=("lamp", "light"))] * 2)
    first, second = conversation.say(), conversation.say()
    assert first.question is not None
    assert (first.cards, first.question.field) == ((), "exclude")
    assert second.question is not None
    assert second.question.options == ("Yes", "No")


def test_what_could_not_be_done_is_a_failed_turn_unless_it_is_asked_back() -> None:
    down = Outcome(answer=Answer("It is down.", found=False), fault="orders-down")
    assert failed(said("order_status"), down)
    assert not failed(said("order_status"), replace(down, asked=said("order_status")))


def test_after_a_no_nothing_is_passed_on(talk: Talking, server: WebhookServer) -> None:
    conversation = talk(LOST, LOST, said("greet"))
    assert [conversation.say(message).handoff for message in ("a", "b", "no thanks")] == [None] * 3
    assert server.tries == []


def test_a_turn_that_helps_starts_the_count_anew(talk: Talking) -> None:
    conversation = talk(LOST, LAMP, LOST)
    assert not any(OFFER in conversation.say().reply for _ in range(3))


def test_a_shop_may_have_failed_turns_passed_on_at_once_or_never(talk: Talking, server: WebhookServer) -> None:
    never = talk(LOST, LOST, LOST, rules=HandoffRules(failed_turns=0))
    assert [never.say().handoff for _ in range(3)] == [None] * 3
    assert server.tries == []
    at_once = talk(LOST, LOST, rules=HandoffRules(ask_first=False))
    replies = [at_once.say() for _ in range(2)]
    assert [reply.handoff and reply.handoff.why for reply in replies] == [None, "failed_turns"]
    (letter,) = server.taken.values()
    assert letter["transcript"][-1]["shop"].startswith("That is outside what I can help with.")


def test_a_cart_over_the_shop_s_amount_goes_to_a_person_once(talk: Talking, server: WebhookServer) -> None:
    conversation = talk(TOTE, ADD, ADD, ADD, rules=HandoffRules(cart_over=Decimal(50)))
    replies = [conversation.say() for _ in range(4)]  # 29, 58, 87
    assert [reply.handoff and reply.handoff.why for reply in replies] == [None, None, "cart_over", None]
    assert "Your cart: 2 items, $58. I have passed this conversation on" in replies[2].reply
    assert [letter["cart"]["total"] for letter in server.taken.values()] == ["58.00"]


def test_products_are_shown_before_the_shop_s_rules_send_anything(talk: Talking, server: WebhookServer) -> None:
    conversation = talk(LAMP, rules=HandoffRules(intents=("search",)))
    events, sent = [], []
    for event in conversation.shop.stream("a lamp", "s_1"):
        events.append(event)
        sent.append(len(server.taken))
    assert [sent[at] for at, event in enumerate(events) if isinstance(event, Shown)] == [0]
    assert isinstance(events[-1], Done)
    assert "".join(event.text for event in events if isinstance(event, Token)) == events[-1].reply.reply
    assert "I have passed this conversation on" in events[-1].reply.reply


def test_what_nobody_asked_for_fails_in_silence_and_is_not_tried_every_turn(
    talk: Talking, server: WebhookServer
) -> None:
    server.statuses = [400] * 9
    conversation = talk(TOTE, LAMP, TOTE, rules=HandoffRules(intents=("search",)))
    replies = [conversation.say() for _ in range(3)]
    assert not any("pass" in reply.reply or "anybody" in reply.reply for reply in replies)
    assert [reply.fault for reply in replies] == [None] * 3
    assert len(server.tries) == len(conversation.letters.all()) == 1


def test_an_intent_that_the_shop_names_goes_to_a_person(talk: Talking) -> None:
    conversation = talk(LAMP, said("order_change"), rules=HandoffRules(intents=("order_change",)))
    replies = [conversation.say() for _ in range(2)]
    assert [reply.handoff and reply.handoff.why for reply in replies] == [None, "intent"]


def test_a_message_like_the_sentences_of_a_topic_goes_to_a_person_and_an_ordinary_one_does_not(
    talk: Talking, server: WebhookServer
) -> None:
    rules = HandoffRules(
        topics={"legal": ("sue lawyer court",)}, ordinary=("novel about a lawyer in court", "hello"), topic_from=0.5
    )
    conversation = talk(LAMP, LAMP, LOST, LOST, rules=rules)
    quiet = [conversation.say(message) for message in ("a lamp", "a novel about a lawyer in court")]
    assert [reply.handoff for reply in quiet] == [None, None]
    told = conversation.say("i sue, see you in court with my lawyer")
    assert told.handoff is not None
    assert (told.handoff.why, len(server.tries)) == ("topic", 1)
    conversation.say("court, lawyer, sue")
    assert len(server.tries) == 1


def test_without_topics_nothing_is_compared(talk: Talking) -> None:
    conversation = talk(LOST)
    assert conversation.say("i will sue you").handoff is None
    assert HandoffRules().topics == {}


def test_an_unsure_wish_for_a_person_is_asked_back_first(talk: Talking, server: WebhookServer) -> None:
    conversation = talk(replace(ASK, confidence=0.2), said("greet"))
    assert conversation.say().reply == "Pass this conversation on to the shop's staff: right?"
    assert server.tries == []
    assert conversation.say("yes").handoff is not None


def test_forgetting_a_conversation_erases_its_letters(talk: Talking, server: WebhookServer) -> None:
    server.statuses = [400]
    conversation = talk(ASK)
    conversation.say()
    conversation.shop.forget("s_1")
    assert list(conversation.letters.all()) == []


def test_the_state_is_the_fold_of_its_turns(talk: Talking) -> None:
    conversation = talk(LOST, LOST, said("greet"), LAMP, LOST)
    for message in ("a", "b", "yes", "c", "d"):
        conversation.say(message)
    kept = conversation.shop.session("s_1")
    state = replace(
        kept.state, shown=(), seen=frozenset(), focus=None, turn=0, last=None, said="", asked=None, failed=0, acts=(),
        handoff=None,
    )  # fmt: skip
    for turn in kept.turns:
        state = replay(state, turn.parse, turn.effect, turn.exchange)
    assert state == kept.state
    assert (state.failed, state.handoff is not None) == (1, True)


def test_words_alone_pass_nothing_on(talk: Talking, server: WebhookServer) -> None:
    """What the parser read counts; a message full of anger and lawyers that is read as a search is a search."""
    conversation = talk(LAMP)
    assert conversation.say("I am furious, my lawyer wants a human manager NOW").handoff is None
    assert server.tries == []


def test_the_shop_s_rules_are_checked(tmp_path: Path) -> None:
    file = tmp_path / "handoff.toml"
    file.write_text('contact = "a"\ncart_over = 99.90\nintents = ["order_change"]\n', encoding="utf-8")
    rules = read_toml(HandoffRules, file, "SHOP_HANDOFF_RULES")
    assert (rules.cart_over, rules.intents) == (Decimal("99.90"), ("order_change",))
    file.write_text('intents = ["angry"]\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"handoff\.toml: intents\.0: .*got 'angry'"):
        read_toml(HandoffRules, file, "SHOP_HANDOFF_RULES")


def test_the_way_is_the_one_that_the_settings_name(tmp_path: Path) -> None:
    hook = {"handoff_webhook": "https://s.example/h", "handoff_webhook_secret": SECRET}
    mail = {"handoff_smtp": "smtp://mail.example", "handoff_to": "a@shop.example"}
    inbox = {"sessions_url": f"sqlite:///{tmp_path / 'sessions.db'}"}
    for settings, route in ((hook, ByWebhook), (mail, ByMail), (inbox, ToInbox), ({}, type(None))):
        desk = build_handoff(Settings(**settings))
        assert type(desk.route) is route
        desk.close()
    for wrong in (hook | mail, {"handoff_smtp": "smtp://mail.example"}, {"handoff_webhook": "https://s.example/h"}):
        with pytest.raises(BadInput, match="SHOP_HANDOFF"):
            build_handoff(Settings(**wrong))
