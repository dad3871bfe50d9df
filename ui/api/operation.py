"""For whoever runs the server: whether it lives, whether it works, and what it counts."""

from __future__ import annotations

from functools import partial

from anyio import to_thread
from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from assistant import Assistant
from retrieval.errors import ShopError

from ..desk import AtDesk
from .answers import FAULT

router = APIRouter(tags=["operation"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "alive"}


@router.get(
    "/metrics",
    response_model=None,
    responses={
        200: {"content": {"text/plain": {"example": "shop_line_length 0.0"}}, "description": "Counts and times"}
    },
)
def metrics(desk: AtDesk) -> Response:
    """What Prometheus reads: turns by intent and outcome, times of stages, errors by code, the line."""
    return Response(desk.metrics.text(), media_type=CONTENT_TYPE_LATEST)


@router.get("/readyz", response_model=None, responses={503: FAULT})
async def readyz(desk: AtDesk) -> Response:
    """200 when a search runs from end to end, with `degraded` where something is stood in for, and `paused` with the keys of the
    sites that the operator has paused ("*": all); 503 with what is missing otherwise."""
    await desk.lane.run(partial(_try_out, desk.assistant))
    trouble, paused = desk.assistant.trouble, sorted(await to_thread.run_sync(desk.opening.paused))
    told = ({"degraded": [trouble]} if trouble else {}) | ({"paused": paused} if paused else {})
    return JSONResponse({"status": "ready", "missing": []} | told)


class NotReady(ShopError):
    status, slug, retryable = 503, "not-ready", True


def _try_out(assistant: Assistant) -> None:
    """NotReady with what keeps the assistant from working, found by a search that uses embedder and index but not the slow parser."""
    try:
        found = assistant.search("anything", limit=1, understand=False)
    except ShopError as error:
        raise NotReady(error.detail, fix=error.fix) from error
    if not found.cards:
        raise NotReady("The index holds no products.", fix="run `shop index FEED --store DIR`")
