"""How often one may call: per visitor and per address, told honestly, and behind a proxy only where it is trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from tests.fakes import said
from ui.http import create_app
from ui.lane import Lane
from ui.limits import Limits, TooMany
from ui.problem import MEDIA_TYPE
from ui.settings import ServerSettings
from ui.sites import Site, Sites

from .live import held
from .shop import open_shop

ANNA, BEN = "a" * 22, "b" * 22
SHOP = "https://shop.example"
PROXY, OTHER_PROXY = "10.0.0.7", "10.9.9.9"
ClientWith = Callable[..., TestClient]


@pytest.fixture
def client_with(small_store: Path) -> Iterator[ClientWith]:
    """A client of an app with these settings, calling from `peer`."""
    with ExitStack() as stack:
        shop = stack.enter_context(open_shop(small_store, *[said("search", product="desk lamp")] * 5))

        def make(peer: str = "192.0.2.1", **settings: str) -> TestClient:
            sites = Sites(site=(Site(key="lamps", name="Lamps", origins=(SHOP,)),))
            app = create_app(shop, Lane(), sites, ServerSettings(**settings))  # type: ignore[arg-type]
            return stack.enter_context(TestClient(app, client=(peer, 50_000)))

        yield make


def lamp(client: TestClient, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get("/v1/products/brass-lamp", headers=named)


def test_one_call_too_many_is_told_how_long_to_wait(client_with: ClientWith) -> None:
    client = client_with(visitor_limit="2/minute")
    assert [lamp(client, X_Visitor=ANNA).status_code for _ in range(2)] == [200, 200]
    refused = lamp(client, X_Visitor=ANNA)
    problem = refused.json()
    assert (refused.status_code, refused.headers["content-type"]) == (429, MEDIA_TYPE)
    assert 1 <= int(refused.headers["retry-after"]) == problem["retry_after"] <= 60
    assert problem["type"] == "urn:shopping-assistant:too-many-requests"
    assert problem["detail"] == "That is more than 2 messages and requests in 60 s from this visitor."
    assert problem["fix"] == f"wait {problem['retry_after']} s, then send it again"


def test_a_visitor_over_the_limit_takes_nothing_from_another(client_with: ClientWith) -> None:
    client = client_with(visitor_limit="1/minute")
    assert [lamp(client, X_Visitor=who).status_code for who in (ANNA, ANNA, BEN)] == [200, 429, 200]


def test_new_visitor_tokens_do_not_lift_the_limit_of_an_address(client_with: ClientWith) -> None:
    client = client_with(address_limit="2/minute")
    assert [lamp(client, X_Visitor=token * 22).status_code for token in "abc"] == [200, 200, 429]


def test_the_shorter_of_two_windows_says_the_wait(client_with: ClientWith) -> None:
    client = client_with(address_limit="100/day; 1/minute")
    lamp(client)
    assert int(lamp(client).headers["retry-after"]) <= 60


def test_a_turn_counts_as_a_call_and_the_pages_and_health_do_not(client_with: ClientWith) -> None:
    client = client_with(address_limit="1/minute")
    assert [client.get(path).status_code for path in ("/healthz", "/widget.js", "/healthz")] == [200] * 3
    turns = [client.post("/v1/chat", json={"message": "lamp"}).status_code for _ in range(2)]
    assert turns == [200, 429]


def test_a_page_of_a_site_may_read_how_long_to_wait(client_with: ClientWith) -> None:
    client = client_with(address_limit="1/minute")
    answers = [lamp(client, Origin=SHOP, X_Site_Key="lamps") for _ in range(2)]
    assert answers[1].status_code == 429
    assert answers[1].headers["access-control-allow-origin"] == SHOP
    assert "Retry-After" in answers[1].headers["access-control-expose-headers"]


def test_behind_a_trusted_proxy_each_shopper_has_an_address(client_with: ClientWith) -> None:
    client = client_with(PROXY, address_limit="1/minute", trusted_proxies=f"{PROXY}, 172.16.0.0/12")
    shoppers = ("203.0.113.1", "203.0.113.2", "203.0.113.1")
    assert [lamp(client, X_Forwarded_For=one).status_code for one in shoppers] == [200, 200, 429]


def test_what_a_shopper_writes_into_the_header_before_the_proxy_is_not_believed(client_with: ClientWith) -> None:
    client = client_with(PROXY, address_limit="1/minute", trusted_proxies=PROXY)
    chains = [f"198.51.100.{number}, 203.0.113.1" for number in (1, 2)]
    assert [lamp(client, X_Forwarded_For=chain).status_code for chain in chains] == [200, 429]


def test_an_address_that_an_untrusted_peer_names_is_not_believed(
    client_with: ClientWith, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_with(OTHER_PROXY, address_limit="1/minute", trusted_proxies=PROXY)
    shoppers = ("203.0.113.1", "203.0.113.2")
    assert [lamp(client, X_Forwarded_For=one).status_code for one in shoppers] == [200, 429]
    assert "SHOP_TRUSTED_PROXIES" in caplog.text


def test_https_at_the_proxy_is_believed_of_a_trusted_one_only(client_with: ClientWith) -> None:
    trusted, other = (client_with(peer, trusted_proxies=PROXY) for peer in (PROXY, OTHER_PROXY))
    assert "strict-transport-security" in lamp(trusted, X_Forwarded_Proto="https").headers
    assert "strict-transport-security" not in lamp(other, X_Forwarded_Proto="https").headers


@pytest.mark.parametrize(("peer", "status"), [("192.0.2.1", 429), ("192.0.2.2", 200)])
def test_an_address_takes_no_more_than_its_share_of_the_line(small_store: Path, peer: str, status: int) -> None:
    lane = Lane(share=1)
    lamps = [said("search", product="desk lamp")] * 2
    with open_shop(small_store, *lamps) as shop, ThreadPoolExecutor() as others:
        app = create_app(shop, lane)
        with TestClient(app, client=("192.0.2.1", 50_000)) as first, TestClient(app, client=(peer, 50_000)) as second:
            with held(lane):
                waiting = others.submit(first.post, "/v1/chat", json={"message": "lamp"})
                while lane.length < 2:
                    pass
                asked = others.submit(second.get, "/v1/search", params={"q": "lamp"})
                while lane.length < 3 and not asked.done():
                    pass
            assert waiting.result().status_code == 200
            answer = asked.result()
    assert answer.status_code == status
    if status == 429:
        assert (
            answer.headers["retry-after"] == "4"
        )  # the one under way and the one in line, at the first guess of 2 s a piece
        assert answer.json()["type"] == "urn:shopping-assistant:share-taken"


@pytest.mark.parametrize(
    ("first", "second", "one_caller"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_a_household_of_ipv6_is_one_caller(first: str, second: str, one_caller: bool) -> None:
    limits = Limits(ServerSettings(address_limit="1/hour"))
    limits.spend(first)
    if one_caller:
        with pytest.raises(TooMany):
            limits.spend(second)
    else:
        limits.spend(second)


def test_an_empty_setting_is_no_limit() -> None:
    limits = Limits(ServerSettings(visitor_limit="", address_limit=""))
    for _ in range(1_000):
        limits.spend("192.0.2.1", ANNA)


def test_what_is_no_person_s_haste_is_let_through_by_default() -> None:
    limits = Limits(ServerSettings())
    for _ in range(60):  # a call a second, for a minute
        limits.spend("192.0.2.1", ANNA)
    with pytest.raises(TooMany, match="60 messages and requests in 60 s"):
        limits.spend("192.0.2.1", ANNA)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"visitor_limit": "often"}, "60/minute; 600/hour"),
        ({"trusted_proxies": "10.0.0.7, proxy.example"}, "'proxy.example' is no address"),
        ({"waiting": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_setting_that_cannot_be_says_how_to_write_it(setting: dict[str, str], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        ServerSettings(**setting)  # type: ignore[arg-type]
