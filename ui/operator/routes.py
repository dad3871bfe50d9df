"""The pages under /admin and their downloads."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from assistant.outbound.answers import ANSWER_LIMIT, keep_answer
from assistant.outbound.letters import WHY, KeptLetter, Letters
from assistant.sessions import Listed, Session, StaffAnswer, Thumb
from retrieval.errors import BadInput, NotFound
from retrieval.reviews.trends import jumps_of, trends_of

from ..desk import AtDesk, Desk
from ..experiment_chart import draw
from ..files import to_save
from . import door
from .figures import NOTHING, STAGES, figures, need_of
from .pages import icon, render, style
from .sheets import Cell, sheet
from .window import DAYS, Days, Window

PAGE = 50  # rows of a list
TOP = 200  # rows of what is counted
MONTHS_SHOWN = 12


def new_key() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True)
class Answering:
    """The form for an answer into a conversation. letter: on whose page it stands; draft, trouble: what was not taken, and why.

    key: sent along, so that a form sent twice is one answer.
    """

    session: str
    letter: str = ""
    draft: str = ""
    trouble: str = ""
    limit: int = ANSWER_LIMIT
    key: str = field(default_factory=new_key)


router = APIRouter(prefix=door.HOME, route_class=door.Guarded, include_in_schema=False)


@router.get("/login")
def login_page() -> Response:
    return render("login.html", trouble="")


@router.post("/login")
async def log_in(request: Request) -> Response:
    return await door.log_in(request)


@router.post("/logout")
def log_out() -> Response:
    return door.log_out()


@router.get("/operator.css")
def styles() -> Response:
    return Response(style(), media_type="text/css")


@router.get("/icon.svg")
def picture() -> Response:
    return Response(icon(), media_type="image/svg+xml")


@router.get("")
def overview(desk: AtDesk, days: Days = 30) -> Response:
    """How far shoppers get, how many there are, how long they wait."""
    window, events = _window(desk, days), desk.assistant.places.events
    done = events.done_in_sessions(("cart", "purchase"), window.since) if events else NOTHING
    found = figures(window.talks(), done)
    return render("overview.html", here="overview", found=found, window=window, days=DAYS, stages=STAGES)


@router.get("/conversations")
def conversations(
    desk: AtDesk,
    id: Annotated[str, Query(max_length=64)] = "",
    before: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """The newest first, a page at a time; id: how their ids begin."""
    found = desk.assistant.places.sessions.newest(PAGE, before=_mark(before), prefix=id.strip())
    older = f"{found[-1].used.isoformat()}~{found[-1].session_id}" if len(found) == PAGE else ""
    return render("conversations.html", here="conversations", found=found, id=id, older=quote(older), first=not before)


@router.get("/conversations/{session_id}")
def conversation(desk: AtDesk, session_id: str) -> Response:
    """All turns with what was read, wanted, shown and spent, and what persons answered."""
    return _conversation(desk, Answering(session_id))


@router.get("/conversations/{session_id}/attachments/{number}")
def attachment(desk: AtDesk, session_id: str, number: Annotated[int, Path(ge=1, le=1_000)]) -> Response:
    """What a shopper attached, to be saved: no browser shows or runs it as a page of this server."""
    return to_save(desk, session_id, number)


@router.post("/conversations/{session_id}/answer")
def answer(desk: AtDesk, session_id: str, form: door.Form) -> Response:
    """Keep what the operator writes to the shopper, and go back to the page; what cannot be kept stays in the form."""
    text, letter_id = form.get("text", ""), form.get("letter", "")
    try:
        keep_answer(desk.assistant.places.sessions, session_id, text, form.get("key", "")[:64] or new_key())
    except NotFound:
        raise
    except BadInput as error:
        failed = Answering(session_id, letter_id, text, f"{error.detail} What to do: {error.fix}.")
        return _letter_page(desk, failed) if letter_id else _conversation(desk, failed)
    page = f"letters/{quote(letter_id, '')}" if letter_id else f"conversations/{quote(session_id, '')}"
    return RedirectResponse(f"{door.HOME}/{page}#answer", status_code=303)


@router.get("/searches")
def searches(desk: AtDesk, days: Days = 30) -> Response:
    """What was looked for and not shown, and wishes that were given up."""
    window = _window(desk, days)
    found = figures(window.talks())
    return render("searches.html", here="searches", found=found, window=window, days=DAYS, top=TOP)


@router.get("/questions")
def questions(desk: AtDesk) -> Response:
    """What the policies do not answer."""
    unanswered = desk.assistant.places.unanswered
    found = unanswered.asked() if unanswered else []
    return render("questions.html", here="questions", found=found[:TOP], count=len(found))


@router.get("/reviews")
def reviews(desk: AtDesk) -> Response:
    """What buyers say, by aspect and month, and what turns bad."""
    kept = desk.assistant.reviews
    trends = trends_of(kept.everywhere()) if kept else []
    whole = [trend for trend in trends if not trend.family]
    months = sorted({month.month for trend in whole for month in trend.months})[-MONTHS_SHOWN:]
    bad = [jump for trend in trends for jump in jumps_of(trend)][:TOP]
    return render("reviews.html", here="reviews", trends=whole[:TOP], months=months, jumps=bad, count=len(kept or ()))


@router.get("/experiments")
def experiments(desk: AtDesk) -> Response:
    """What can be said of each experiment of the file now."""
    running, now = desk.assistant.experiments, datetime.now(UTC)
    found = [running.report(one, now) for one in running.plan.experiment]
    return render("experiments.html", here="experiments", found=found)


@router.get("/experiments/{name}.png")
def experiment_chart(desk: AtDesk, name: str) -> Response:
    """How its difference and interval went."""
    experiment = desk.assistant.experiments.plan.get(name)
    if experiment is None:
        raise NotFound("There is no such experiment.", fix="look at the list")
    picture = io.BytesIO()
    draw(desk.assistant.experiments.report(experiment, datetime.now(UTC)), picture)
    return Response(picture.getvalue(), media_type="image/png")


@router.get("/thumbs")
def thumbs(desk: AtDesk, days: Days = 30) -> Response:
    """What shoppers thought of answers."""
    window = _window(desk, days)
    found = [row for row, _ in zip(_thumbs(desk, window), range(TOP), strict=False)]
    return render("thumbs.html", here="thumbs", found=found, window=window, days=DAYS, top=TOP)


@router.get("/letters")
def letters(desk: AtDesk, page: Annotated[int, Query(ge=1, le=10_000)] = 1) -> Response:
    """Conversations that were passed on to the inbox, or could not be delivered."""
    box = desk.assistant.letters
    found = box.newest(PAGE + 1, (page - 1) * PAGE) if box else []
    return render("letters.html", here="letters", found=found[:PAGE], page=page, more=len(found) > PAGE, why=WHY)


@router.get("/letters/{letter_id}")
def letter(desk: AtDesk, letter_id: str) -> Response:
    """The letter, what was said and answered since, and the form for an answer."""
    _, kept = _letter(desk, letter_id)
    return _letter_page(desk, Answering(kept.letter.session, letter_id))


@router.post("/letters/{letter_id}/close")
def close(desk: AtDesk, letter_id: str) -> Response:
    """Erase a letter that was seen to."""
    box, kept = _letter(desk, letter_id)
    box.drop(kept.letter.id)
    return RedirectResponse(f"{door.HOME}/letters", status_code=303)


Sheet = Literal["turns", "searches", "questions", "thumbs", "latency"]


@router.get("/download/{name}.csv")
def download(desk: AtDesk, name: Annotated[Sheet, Path()], days: Days = 30) -> Response:
    """One of the tables; `turns` has every conversation of the days, however many there are."""
    window = _window(desk, days)
    if name == "turns":
        head = (
            "session",
            "last_used",
            "turn",
            "message",
            "intent",
            "constraints",
            "products",
            "reply",
            "fault",
            "total_ms",
        )
        return sheet(name, head, _turn_rows(Window(window.sessions, days, None)))
    if name == "searches":
        misses = figures(window.talks()).misses
        rows = ((one.need, one.times, one.last.isoformat(), one.message, one.session) for one in misses)
        return sheet(name, ("need", "times", "last", "message", "session"), rows)
    if name == "questions":
        asked = unanswered.asked() if (unanswered := desk.assistant.places.unanswered) else []
        return sheet(name, ("question", "times", "last"), ((one.question, one.times, one.last) for one in asked))
    if name == "thumbs":
        given = ((one.session_id, thumb.turn, thumb.thumb, thumb.comment) for one, thumb in _thumbs(desk, window))
        return sheet(name, ("session", "turn", "thumb", "comment"), given)
    times = ("day", "turns", *(f"{stage}_{share}" for stage in STAGES for share in ("p50_ms", "p95_ms")))
    return sheet(name, times, _latency_rows(window))


@router.api_route("/{rest:path}", methods=["GET", "POST"])
def nowhere(rest: str) -> Response:
    raise NotFound("There is no such page.", fix="choose one from the menu")


def _window(desk: Desk, days: int) -> Window:
    return Window(desk.assistant.places.sessions, days)


def _mark(before: str) -> tuple[datetime, str] | None:
    """The place in the list that a link names; None for none or a broken one."""
    at, _, name = before.partition("~")
    try:
        return (datetime.fromisoformat(at).astimezone(UTC), name) if name else None
    except (ValueError, OverflowError):
        return None


def _letter(desk: Desk, letter_id: str) -> tuple[Letters, KeptLetter]:
    box = desk.assistant.letters
    kept = box.get(letter_id) if box else None
    if box is None or kept is None:
        raise NotFound("There is no such letter.", fix="it may be closed; look at the inbox")
    return box, kept


def _letter_page(desk: Desk, form: Answering) -> Response:
    _, kept = _letter(desk, form.letter)
    talk, answers = _talk(desk, kept.letter.session)
    status = 422 if form.trouble else 200
    files = desk.assistant.conversations.attachments(kept.letter.session)
    page = {"here": "letters", "kept": kept, "why": WHY, "talk": talk, "answers": answers, "form": form, "files": files}
    return render("letter.html", status=status, **page)


def _conversation(desk: Desk, form: Answering) -> Response:
    kept, answers = _talk(desk, form.session)
    if kept is None:
        raise NotFound(f"No conversation has the id {form.session!r}.", fix="it may be erased; look at the list")
    thumbs = {thumb.turn: thumb for thumb in desk.assistant.places.sessions.thumbs(form.session)}
    status = 422 if form.trouble else 200
    page = {"here": "conversations", "kept": kept, "thumbs": thumbs, "stages": STAGES, "answers": answers, "form": form}
    page["files"] = desk.assistant.conversations.attachments(form.session)
    return render("conversation.html", status=status, **page)


def _talk(desk: Desk, session_id: str) -> tuple[Session | None, dict[int, list[StaffAnswer]]]:
    """A conversation, None when it is gone, and what persons answered after each of its turns."""
    sessions = desk.assistant.places.sessions
    try:
        given = sessions.answers(session_id)  # before the turns, so that none of them follows a turn that is not shown
    except NotFound:
        return None, {}
    return sessions.get(session_id), {turn: list(some) for turn, some in groupby(given, lambda one: one.turn)}


def _thumbs(desk: Desk, window: Window) -> Iterator[tuple[Listed, Thumb]]:
    rated = (one for one in window.listed() if one.up + one.down)
    return ((one, thumb) for one in rated for thumb in desk.assistant.places.sessions.thumbs(one.session_id))


def _turn_rows(window: Window) -> Iterator[tuple[Cell, ...]]:
    for listed, turns in window.talks():
        for turn in turns:
            reply = turn.reply
            shown = " ".join(product["id"] for product in reply.get("products", ()))
            spent = reply.get("latency_ms", {}).get("total")
            yield (
                turn.session_id, listed.used.isoformat(), turn.number, turn.message, reply.get("intent"),
                need_of(reply.get("constraints", {})), shown, reply.get("reply"), reply.get("fault"), spent,
            )  # fmt: skip


def _latency_rows(window: Window) -> Iterator[tuple[Cell, ...]]:
    for day in figures(window.talks()).days:
        spent = (by_stage.get(stage) for stage in STAGES for by_stage in (day.p50, day.p95))
        yield (day.day, day.turns, *spent)
