"""The Gradio page: it passes messages on and shows what comes back. Who said what is kept by the assistant, not here."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import gradio as gr
from anyio import to_thread
from fastapi import FastAPI
from pydantic import ValidationError
from starlette.routing import Mount

from assistant.contract import Done, Event, Parsed, Shown, Token, card_json
from assistant.exact import Exact
from assistant.sessions import Session, StaffAnswer
from retrieval.errors import NotFound

from .asked import CartRequest, DropRequest, MeansRequest
from .cards import Spoken, cart, earlier, newest, progress, staff_answer, understood
from .desk import Desk, desk_of
from .lane import Place
from .limits import household
from .markup import escape
from .problem import HANDLED, INTERNAL, Problem, answer, code_of, problem_of
from .request_log import known_as, new_id
from .shapes import Cart, ProductCard, Reply
from .turns import Asking

TITLE = "Shop assistant"
NOTE = (
    "An AI reads your messages and can misunderstand them. What it says of a product stands in the shop’s own listing."
    ' <a href="privacy" target="_blank">What is kept of you</a>'
)
TURNS_SHOWN = 40  # earlier turns are kept but no longer drawn
PACE_S = 0.04  # text is drawn at most 25 times a second
_HERE = Path(__file__).parent
_SEND = "(words, session) => window.shopTalk.send(words, session)"
_OVER = "() => { window.shopTalk.over() }"
_RESUMED = "() => { (window.shopResumed ??= Promise.withResolvers()).resolve() }"
_READ_TAB = "() => { try { return sessionStorage.getItem('shop-session') || '' } catch { return '' } }"
Update = dict[Any, Any]  # component -> its new value, as Gradio takes it


def add_page(app: FastAPI) -> None:
    """Let `app` answer with the page wherever it has no path of its own.

    As the router's default and not as a mount at "/", which would also catch the API's own paths when the method is wrong.
    """
    site = FastAPI(openapi_url=None)
    handlers = {"exception_handlers": dict.fromkeys(HANDLED, answer)}
    gr.mount_gradio_app(
        site,
        Page(desk_of(app)).blocks,
        path="/",
        app_kwargs=handlers,
        theme=theme(),
        css_paths=[_HERE / "page.css"],
        head='<meta name="color-scheme" content="light dark">',
        favicon_path=str(_HERE / "favicon.svg"),
        footer_links=[],
        show_error=False,
        enable_monitoring=False,
        ssr_mode=False,
    )
    (mounted,) = (route.app for route in site.routes if isinstance(route, Mount))
    app.state.at_stop.append(mounted.stop_event.set)  # type: ignore[attr-defined]  # a gradio.routes.App; ends its heartbeats
    api_lifespan = app.router.lifespan_context

    @asynccontextmanager
    async def both(app: FastAPI) -> AsyncIterator[Any]:
        async with api_lifespan(app) as state, site.router.lifespan_context(site):
            yield state

    app.router.lifespan_context = both
    app.router.default = site


def theme() -> gr.themes.Base:
    """System fonts only, so that nothing is fetched; the colours are in page.css."""
    return gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])


class Page:
    """The components and what their events do. gr.State holds the session id and nothing else."""

    def __init__(self, desk: Desk) -> None:
        self._assistant = desk.assistant
        self._turns = desk.turns
        self._limits = desk.limits
        self._opening = desk.opening
        self._metrics = desk.metrics
        self.blocks = gr.Blocks(analytics_enabled=False, title=TITLE)
        with self.blocks:
            with gr.Row(elem_id="top"):
                _part("title", f"<h1>{TITLE}</h1>")
                self._clear = gr.Button("Clear conversation", size="sm", elem_id="clear", scale=0)
            with gr.Row(elem_id="stage"):
                with gr.Column(scale=3, elem_id="talk"):
                    self._past = _part("past", "", script=_script())
                    self._now = _part("now", _draw(None, ""), script=_script())
                    _part("staff", f"<template>{staff_answer('')}</template>", script=_script("staff.js"))
                    self._box = _message_box()
                    _part("note", f"<p>{NOTE}</p>")
                with gr.Column(scale=1, min_width=240, elem_id="aside"):
                    self._wishes = _part("wishes", understood(()), script=_script())
                    self._cart = _part("cart", cart(Cart()), script=_script())
            self._heard = _part("heard", "", script="element.setAttribute('role', 'status')")
            self._session = gr.State(None)
            self._tab = gr.Textbox(visible=False)
            self._connect()

    def _connect(self) -> None:
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": None}
        drawn = [self._past, self._now, self._wishes, self._cart, self._heard, self._box, self._session]
        # multiple: page.js lets a turn begin when the one before it is over. Gradio drops what comes in the meantime, or says it twice.
        turn: dict[str, Any] = {"trigger_mode": "multiple", **quiet}
        clicks = [part.click for part in (self._past, self._now, self._wishes, self._cart)]
        for said in (
            self._box.submit(self.say, [self._box, self._session], drawn, js=_SEND, **turn),
            gr.on(clicks, self.say, [self._box, self._session], drawn, **turn),
        ):
            said.then(None, js=_OVER, **quiet)
            said.failure(None, js=_OVER, **quiet)
        self._clear.click(self.clear, [self._session], drawn, **quiet)
        resumed = self.blocks.load(self.resume, [self._tab], drawn, js=_READ_TAB, **quiet)
        resumed.then(None, js=_RESUMED, **quiet)
        resumed.failure(None, js=_RESUMED, **quiet)

    async def say(
        self, typed: str, session_id: str | None, event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[Update]:
        """A message sent from the box or by a button, drawn from the moment it is sent until the turn is kept."""
        clicked, asked = _clicked(event)
        message = str(clicked or typed).strip()
        if not message:
            return
        session_id = session_id or self._assistant.new_session()
        kept, answers = await self._kept(session_id), await self._answers(session_id)
        turns = _spoken(kept, answers)
        turn, request_id = Spoken(message, waiting=True), new_id()
        past = earlier(turns) + _answered(kept, answers)
        begun = {self._past: past, self._heard: escape(progress(turn)), self._session: session_id}
        yield {self._now: _draw(turn, session_id), **begun}
        try:
            address = request.client.host if request.client else None
            self._limits.spend(address)
            await to_thread.run_sync(self._opening.admit, None)
            with known_as(request_id):  # the lane keeps it; this generator's steps may run in contexts of their own
                caller = address and household(address)
                events = self._turns.take(Asking(asked or message, session_id, door="page", caller=caller))
            async for update in self._drawn(turn, session_id, events):
                yield update
        except Exception as error:
            self._metrics.error(code_of(error))
            with known_as(request_id):
                problem = problem_of(error)
            failed = replace(turn, waiting=False, trouble=_kindly(problem))
            unsent = {} if clicked else {self._box: message}
            yield {self._now: _draw(failed, session_id), self._heard: escape(_kindly(problem)), **unsent}

    async def resume(self, tab: str) -> Update:
        """The conversation that this tab had before it was reloaded, when it is still kept."""
        kept = await self._kept(tab) if tab else None
        if kept is None:
            return {self._heard: ""}  # the page is fresh already, and a first message may be on its way
        answers = await self._answers(tab)
        turns = _spoken(kept, answers)
        past = earlier(turns[:-1]) + _answered(kept, answers)
        drawn = {self._past: past, self._now: _draw(turns[-1], tab), self._session: tab}
        return {**drawn, **self._aside(kept.turns[-1].reply)}

    async def clear(self, session_id: str | None) -> Update:
        """Forget the conversation, here and where it is kept."""
        if session_id and await self._kept(session_id):
            await to_thread.run_sync(self._assistant.forget, session_id)
        return self._fresh()

    async def _drawn(
        self, turn: Spoken, session_id: str, events: AsyncIterator[Event | Place]
    ) -> AsyncIterator[Update]:
        """The turn's events as what they change on the page; text is drawn at the page's pace."""
        drawn = 0.0
        async for event in events:
            turn = with_event(turn, event)
            match event:
                case Done(reply):
                    last = {self._now: _draw(turn, session_id), self._heard: escape(reply.reply)}
                    yield {**last, **self._aside(reply.to_json())}
                case Token() if time.monotonic() - drawn <= PACE_S:
                    continue
                case _:
                    drawn = time.monotonic()
                    heard = {} if isinstance(event, Token) else {self._heard: escape(progress(turn))}
                    yield {self._now: _draw(turn, session_id), **heard}

    async def _kept(self, session_id: str) -> Session | None:
        try:
            return await to_thread.run_sync(self._assistant.session, session_id)
        except NotFound:
            return None

    async def _answers(self, session_id: str) -> tuple[StaffAnswer, ...]:
        try:
            return await to_thread.run_sync(self._assistant.conversations.answers, session_id)
        except NotFound:
            return ()

    def _aside(self, reply: Mapping[str, Any]) -> Update:
        shape = Reply.model_validate(reply)
        return {self._wishes: understood(shape.wishes, shape.also), self._cart: cart(shape.cart)}

    def _fresh(self) -> Update:
        empty = {self._wishes: understood(()), self._cart: cart(Cart())}
        return {self._past: "", self._now: _draw(None, ""), self._heard: "", self._session: None, **empty}


def _part(name: str, value: str, *, script: str | None = None) -> gr.HTML:
    return gr.HTML(value, elem_id=name, js_on_load=script, apply_default_css=False)


def _message_box() -> gr.Textbox:
    return gr.Textbox(
        elem_id="message",
        label="Your message",
        container=False,
        placeholder="Tell me what you need",
        max_lines=6,
        autofocus=True,
        submit_btn="Send",
    )


def _script(name: str = "page.js") -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _spoken(kept: Session | None, answers: Iterable[StaffAnswer]) -> list[Spoken]:
    after = {number: tuple(some) for number, some in groupby(answers, lambda one: one.turn)}
    turns = list(enumerate(kept.turns, start=1))[-TURNS_SHOWN:] if kept else ()
    return [Spoken.kept(turn.message, turn.reply, after.get(number, ())) for number, turn in turns]


def _answered(kept: Session | None, answers: Sequence[StaffAnswer]) -> str:
    """For staff.js, where the conversation was passed on: the number of the last answer that is drawn here."""
    if not answers and (kept is None or kept.state.handoff is None):
        return ""
    return f'<div hidden data-answered="{answers[-1].number if answers else 0}"></div>'


def with_event(turn: Spoken, event: Event | Place) -> Spoken:
    """The turn as it stands after one more event."""
    match event:
        case Place(ahead, wait_s):
            return replace(turn, queued=f"{ahead} before you. About {wait_s} s.")
        case Parsed():
            return replace(turn, queued="", step=1)
        case Shown(cards):
            return replace(turn, step=2, products=tuple(ProductCard.model_validate(card_json(card)) for card in cards))
        case Token(text):
            return replace(turn, text=turn.text + text)
        case Done(reply):
            return Spoken.kept(turn.message, reply.to_json())
    return turn


def _clicked(event: gr.EventData) -> tuple[str | None, Exact | None]:
    """What the button that was pressed says, and what it means exactly where it does; a page may send anything."""
    told = event._data if isinstance(event._data, dict) else {}
    words = told.get("say")
    shapes: dict[str, type[DropRequest | CartRequest]] = {"drop": DropRequest, "cart": CartRequest}
    try:
        if words and told.get("means"):
            return str(words), MeansRequest.model_validate(told["means"]).read(str(words))
        exact = next((shape.model_validate(told[name]).read() for name, shape in shapes.items() if name in told), None)
    except ValidationError:
        return None, None
    return (str(words) if words else None), exact


def _kindly(problem: Problem) -> str:
    """A problem in words for a shopper, who has no log to look into."""
    if problem.type == INTERNAL:
        return f"Something went wrong here, not with your words. Please try again.\nReference: {problem.request_id}"
    return f"{problem.detail}\nWhat helps: {problem.fix}."


def _draw(turn: Spoken | None, session_id: str) -> str:
    """The newest turn with the id that page.js keeps for this tab, so that a reload finds the conversation again."""
    return f'<div data-session="{escape(session_id)}">{newest(turn)}</div>'
