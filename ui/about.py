"""How an answer came about, for whoever works on the shop: what was read, what was found with which score, how long it took. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from .markup import escape
from .shapes import Reply


def about(reply: Reply) -> str:
    """The panel under an answer, folded until it is asked for."""
    wishes = ", ".join(f"{wish.field}: {wish.text}" for wish in reply.wishes) or "none"
    read = [("Read as", ", ".join(reply.acts)), ("Wishes", wishes)]
    read += [(f"Given up: {one.field}", one.text) for one in reply.relaxed]
    read += [("Fault", reply.fault)] if reply.fault else []
    times = [(stage, f"{ms:,.0f} ms") for stage, ms in reply.latency_ms.items()]
    return (
        f'<details class="about" data-scores="{escape(_scores(reply))}"><summary>About this answer</summary>'
        f"{_pairs(read)}{_found(reply)}{_pairs(times)}</details>"
    )


def _scores(reply: Reply) -> str:
    """Where page.js fetches what each step of the ranking gave, once somebody looks."""
    return f"v1/sessions/{quote(reply.session_id)}/turns/{reply.turn}/scores" if reply.products else ""


def _found(reply: Reply) -> str:
    if not reply.products:
        return ""
    rows = "".join(
        f"<tr><td>{one.rank}</td><td>{escape(one.title)}</td><td>{one.score:.3f}</td>"
        f"<td>{escape(', '.join(dict.fromkeys(reason.field for reason in one.reasons)))}</td></tr>"
        for one in reply.products
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Rank", "Product", "Score", "Evidence in"))
    return f'<div class="table" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>' for name, text in pairs)}</dl>"
