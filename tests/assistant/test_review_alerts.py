"""Reviews that turn bad are told to the staff by the handoff's way: each jump once, and again only where nobody confirmed it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import HttpUrl

from assistant.build import build_review_alerts
from assistant.outbound.review_alerts import ReviewAlerts
from assistant.outbound.routes import ByMail, ByWebhook
from assistant.outbound.webhook import NotDelivered, Webhook
from assistant.settings import Settings
from retrieval.errors import BadInput
from retrieval.reviews.trends import Month, Trend
from tests.mail_server import MailServer
from tests.webhook_server import SECRET, WebhookServer

# of 12 buyers 6 are displeased: C(6,5) of C(12,5) ways, 0.0076
NOISE = Trend("noise", "", (Month("2026-01", 7, 1), Month("2026-02", 5, 5)))
STEADY = Trend("size", "", (Month("2026-01", 20, 10), Month("2026-02", 10, 5)))
FIT = Trend("fit", "boot", (Month("2026-01", 7, 1), Month("2026-02", 5, 5)))


@pytest.fixture
def server() -> Iterator[WebhookServer]:
    server = WebhookServer()
    yield server
    server.close()


def alerts_to(server: WebhookServer, folder: Path) -> ReviewAlerts:
    """As a process of its own has them."""
    way = ByWebhook(Webhook(server.url, SECRET, sleep=lambda _: None))
    return ReviewAlerts(way, f"sqlite:///{folder / 'sessions.db'}")


def test_a_jump_is_told_once_though_more_is_counted_in_its_month_later(server: WebhookServer, tmp_path: Path) -> None:
    more = Trend("noise", "", (Month("2026-01", 7, 1), Month("2026-02", 6, 6)))
    for trends in ([NOISE, STEADY], [NOISE], [more]):
        with closing(alerts_to(server, tmp_path)) as alerts:
            alerts.tell(trends)
    (message,) = server.taken.values()
    assert message["type"] == "reviews.turned_bad"
    assert message["jumps"] == [
        {"aspect": "noise", "family": None, "month": "2026-02", "buyers": 5, "displeased": 5,
         "buyers_before": 7, "displeased_before": 1, "chance": 0.007576},
    ]  # fmt: skip


def test_another_jump_is_told_without_those_told_before(server: WebhookServer, tmp_path: Path) -> None:
    with closing(alerts_to(server, tmp_path)) as alerts:
        alerts.tell([NOISE])
        (fresh,) = alerts.tell([NOISE, FIT])
    assert (fresh.aspect, fresh.family) == ("fit", "boot")
    assert [len(message["jumps"]) for message in server.taken.values()] == [1, 1]


def test_what_nobody_confirmed_is_told_again_under_the_same_id(server: WebhookServer, tmp_path: Path) -> None:
    server.statuses = [401]
    with closing(alerts_to(server, tmp_path)) as alerts:
        with pytest.raises(NotDelivered):
            alerts.tell([NOISE])
        alerts.tell([NOISE])
    assert len(server.tries) == 2
    assert len(set(server.tries)) == 1


def test_nothing_is_sent_where_nothing_turned_bad(server: WebhookServer, tmp_path: Path) -> None:
    with closing(alerts_to(server, tmp_path)) as alerts:
        assert list(alerts.tell([STEADY])) == []
    assert server.tries == []


def test_an_e_mail_says_it_for_people() -> None:
    with closing(MailServer()) as server:
        with closing(ReviewAlerts(ByMail(f"smtp://{server.address}", "staff@shop.example"))) as alerts:
            alerts.tell([NOISE, FIT])
        (mail,) = server.mails
    assert mail["Subject"] == "Reviews turn bad: noise, fit"
    assert "2026-02, noise, whole shop: 5 of 5 displeased, 1 of 7 before" in mail.get_content()
    assert "2026-02, fit of boot: 5 of 5 displeased, 1 of 7 before" in mail.get_content()


def test_they_are_told_only_where_the_settings_ask_for_it_and_name_a_way() -> None:
    assert build_review_alerts(Settings(handoff_webhook=HttpUrl("https://shop.example/"))) is None
    with pytest.raises(BadInput, match="no way to tell"):
        build_review_alerts(Settings(review_alerts=True))
