"""The demo shop's pictures: one for every product, told apart by kind and color, harmless wherever they are shown."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from retrieval.demo import demo_feed
from retrieval.errors import NotFound
from ui.drawings import ADDRESS, draw, picture_of
from ui.pictures import router
from ui.problem import add_problem_handlers

LAMP, KETTLE = ["lighting", "desk lamps"], ["coffee and tea", "kettles"]
_SHAPES = {"svg", "rect", "ellipse", "path", "g", "linearGradient", "stop"}


@pytest.fixture(scope="module")
def pictures() -> TestClient:
    app = FastAPI()
    app.include_router(router)
    add_problem_handlers(app)
    return TestClient(app)


def test_every_product_of_the_demo_shop_has_a_picture_that_holds_shapes_only() -> None:
    lines = demo_feed().read_text(encoding="utf-8").splitlines()
    addresses = {json.loads(line)["image_url"] for line in lines}
    assert len(addresses) > 400
    for address in addresses:
        found = ADDRESS.fullmatch(address)
        assert found, address
        drawn = ElementTree.fromstring(draw(*found.groups()))
        assert {node.tag.rpartition("}")[2] for node in drawn.iter()} <= _SHAPES


def test_kinds_and_colors_look_different() -> None:
    black, brass = picture_of("Aria Desk Lamp", LAMP, ["black"], []), picture_of("Aria Desk Lamp", LAMP, ["brass"], [])
    kettle = picture_of("Swan Kettle", KETTLE, ["black"], [])
    assert (black, brass) == ("/pictures/desk-lamp/black/steel.svg", "/pictures/desk-lamp/brass/steel.svg")
    drawn = [draw(*ADDRESS.fullmatch(one).groups()) for one in (black, brass, kettle)]  # type: ignore[union-attr]
    assert len(set(drawn)) == 3
    assert "sheen" in drawn[1]
    assert "sheen" not in drawn[0]


def test_a_title_is_drawn_by_what_it_ends_with_and_else_by_its_kind() -> None:
    office = ["desks and chairs", "office chairs"]
    assert picture_of("Parquet Chair Mat", office, ["gray"], ["cork"]) == "/pictures/mat/gray/cork.svg"
    assert picture_of("Mallard for Kids", office, [], ["oak wood"]) == "/pictures/office-chair/oak-wood/steel.svg"
    with pytest.raises(NotFound, match="Nothing is drawn for 'Thing'"):
        picture_of("Thing", ["things"], [], [])


def test_a_picture_is_an_image_from_any_page_and_no_document_that_may_do_anything(pictures: TestClient) -> None:
    answer = pictures.get("/pictures/desk-lamp/black/steel.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize("address", ["desk-lamp/black/mauve", "unicorn/black/steel", "desk-lamp/%3Cscript%3E/steel"])
def test_what_is_not_drawn_is_not_there(pictures: TestClient, address: str) -> None:
    answer = pictures.get(f"/pictures/{address}.svg")
    assert answer.status_code == 404
    assert "script" not in answer.text
