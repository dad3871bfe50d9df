"""The catalogue without a dialogue: searching, and one product."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse, Response

from assistant.contract import card_json
from retrieval.errors import BadInput

from .. import examples, shapes
from ..desk import AtDesk
from ..identity import checked
from ..visitor import Caller
from .answers import QUERY_LIMIT, answer

ProductId = Annotated[str, Path(examples=[examples.PRODUCT["id"]], description="may hold slashes")]
Amount = Annotated[
    Decimal | None, Query(ge=0, max_digits=12, allow_inf_nan=False, description="in the shop's currency")
]
router = APIRouter(tags=["catalogue"], dependencies=[checked])


@router.get(
    "/v1/search",
    response_model=None,
    responses=answer(shapes.SearchBody, examples.SEARCH),
)
async def search(
    desk: AtDesk,
    caller: Caller,
    q: Annotated[str, Query(min_length=1, max_length=QUERY_LIMIT, examples=["warm desk lamp"])],
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    price_max: Amount = None,
    price_min: Amount = None,
) -> Response:
    """Ranked products without a dialogue. Both price bounds are inclusive and hold for every product."""
    if price_min is not None and price_max is not None and price_min > price_max:
        raise BadInput(f"price_min {price_min} is above price_max {price_max}.", fix="swap the two")
    look = partial(desk.assistant.search, q, limit=limit, price_max=price_max, price_min=price_min)
    found = await desk.lane.run(look, caller)
    body = {
        "query": q,
        "products": [card_json(card) for card in found.cards],
        "total": found.total,
        "relaxed": [{"field": relaxed.field, "text": relaxed.text} for relaxed in found.relaxed],
    }
    return JSONResponse(body)


@router.get(
    "/v1/products/{product_id:path}",
    response_model=None,
    responses=answer(shapes.ProductBody, examples.PRODUCT),
)
def product(product_id: ProductId, desk: AtDesk) -> Response:
    """One product's record."""
    return JSONResponse(desk.assistant.product(product_id).to_json())
