"""What a person of the shop answers into a conversation that was passed on: plain text, kept with the conversation."""

from __future__ import annotations

from retrieval.errors import BadInput, NotFound

from ..sessions import Sessions, StaffAnswer
from .letters import Letters

ANSWER_LIMIT = 2_000  # characters


def keep_answer(sessions: Sessions, session_id: str, text: str, key: str) -> StaffAnswer:
    """The answer as it is kept; the same key again, as of a form sent twice, is the same answer.

    BadInput when nothing or too much is said, NotFound when the conversation is no longer there.
    """
    plain = text.replace("\r\n", "\n").replace("\0", "").encode(errors="replace").decode().strip()
    if not plain:
        raise BadInput("The answer is empty.", fix="write what the shopper shall read")
    if len(plain) > ANSWER_LIMIT:
        raise BadInput(
            f"The answer has {len(plain):,} characters, at most {ANSWER_LIMIT:,} are taken.",
            fix="shorten it, or send two answers",
        )
    try:
        return sessions.answer(session_id, plain, key)
    except NotFound:
        raise NotFound(
            "The conversation is no longer kept, so nobody would read the answer.",
            fix="reach the shopper as your shop does otherwise",
        ) from None


def conversation_of(reference: str, sessions: Sessions, letters: Letters | None) -> str:
    """The id of the one conversation that was passed on, or should have been, under the reference; NotFound of none or several."""
    kept = letters.under(reference) if letters else ()
    found = {*sessions.handed(reference), *(one.letter.session for one in kept)}
    if len(found) != 1:
        raise NotFound(
            f"{len(found) or 'No'} conversations are kept that were passed on as {reference!r}.",
            fix="give the reference as the shopper was told it, or answer on the operator's page",
        )
    return found.pop()
