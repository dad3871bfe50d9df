"""A shop's log of what was shown, clicked and bought after a request, as grades to learn from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from ..errors import BadInput
from ..judgements import Judged

GRADES = {"shown": 0, "click": 1, "cart": 2, "purchase": 3}
_FORMAT = 'write {"type": "shown|click|cart|purchase", "session_id": "…", "query": "…", "product_id": "…", "position": 1} a line'

_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class LoggedEvent(BaseModel):
    """One line of a log. position: 1 is the first product of the list; needed for `shown` only."""

    model_config = ConfigDict(extra="ignore")

    type: Literal["shown", "click", "cart", "purchase"]
    session_id: str = ""
    query: _Words
    product_id: _Words
    position: int | None = None


def read_events(paths: Iterable[Path]) -> list[Judged]:
    """A request for each query of these JSONL logs, its products graded by the most that a visitor did with them.

    Bought 3, put into the cart 2, clicked 1. Passed over is 0: shown above something that the same visitor clicked, and not clicked
    (Joachims, "Optimizing Search Engines using Clickthrough Data", KDD 2002); what was shown further down says nothing, since it may
    not have been looked at. A query without a click is left out. BadInput names the file and line that is no event.
    """
    return judged_in(event for path in paths for event in _events(path))


def judged_in(events: Iterable[LoggedEvent]) -> list[Judged]:
    """The same of events that are read already."""
    lists: dict[str, dict[str, list[LoggedEvent]]] = defaultdict(lambda: defaultdict(list))
    for event in events:
        lists[event.query][event.session_id].append(event)
    judged = (Judged(query, _grades(list(visits.values()))) for query, visits in lists.items())
    return [one for one in judged if any(one.grades.values())]


def _grades(visits: Sequence[Sequence[LoggedEvent]]) -> dict[str, int]:
    best: dict[str, int] = {}
    for visit in visits:
        acted = {event.product_id for event in visit if event.type != "shown"}
        places = {event.product_id: event.position for event in visit if event.type == "shown" and event.position}
        lowest = max((places[one] for one in acted if one in places), default=0)
        for event in visit:
            if event.type != "shown" or places.get(event.product_id, lowest) < lowest:
                best[event.product_id] = max(best.get(event.product_id, 0), GRADES[event.type])
    return best


def _events(path: Path) -> Iterable[LoggedEvent]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} cannot be read: {error}.", fix="give a UTF-8 file of JSON lines") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield LoggedEvent.model_validate_json(line)
        except ValidationError as error:
            wrong = error.errors()[0]
            where = ".".join(map(str, wrong["loc"])) or "the line"
            raise BadInput(f"{path}, line {number} is no event: {where}: {wrong['msg']}.", fix=_FORMAT) from error
