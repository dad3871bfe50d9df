"""The operator answers into a chat: on the page of a letter and of a conversation, in order, each once, as plain words."""

from __future__ import annotations

import re
from dataclasses import replace

from fastapi.testclient import TestClient

from assistant.outbound.answers import ANSWER_LIMIT
from tests.fakes import LETTER, said

from .shop import HOSTILE
from .test_operator import LAMPS, Open, opened, shop_of, talk

__all__ = ["opened"]
PERSON = said("handoff")


def handed(client: TestClient) -> tuple[str, str]:
    """The id of a conversation that was passed on, and the path of its letter."""
    session = talk(client, "a person, please")
    letters = shop_of(client).letters
    assert letters is not None
    (kept,) = letters.of([session])
    return session, f"/admin/letters/{kept.letter.id}"


def send(client: TestClient, page: str, text: str) -> tuple[int, str]:
    """Send the form that stands on the page, as a browser does; the status and where it leads, or the page."""
    form = client.get(page).text.partition('<form id="answer"')[2].partition("</form>")[0]
    action = re.search(r'action="([^"]+)"', form)
    assert action
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    answer = client.post(action[1], data={**hidden, "text": text.replace("\n", "\r\n")})
    return answer.status_code, answer.headers.get("location", answer.text)


def texts(client: TestClient, session: str) -> list[str]:
    return [one.text for one in shop_of(client).conversations.answers(session)]


def test_an_answer_on_a_letters_page_goes_into_the_chat_and_stands_there(opened: Open) -> None:
    client = opened(PERSON)
    session, page = handed(client)
    assert send(client, page, "Good morning.\nIt is in stock.") == (303, f"{page}#answer")
    assert send(client, page, "Until Friday.") == (303, f"{page}#answer")
    assert texts(client, session) == ["Good morning.\nIt is in stock.", "Until Friday."]
    shown = client.get(page).text
    assert 0 < shown.index("Good morning.") < shown.index("Until Friday.")
    told = client.get(f"/v1/sessions/{session}/answers", params={"after": 1}).json()
    assert [one["text"] for one in told["answers"]] == ["Until Friday."]


def test_the_letters_page_has_what_the_shopper_said_since_between_the_answers(opened: Open) -> None:
    client = opened(PERSON, LAMPS)
    session, page = handed(client)
    send(client, page, "Which room is it for?")
    client.post("/v1/chat", json={"message": "for my study", "session_id": session})
    send(client, page, "Then take the brass one.")
    since = client.get(page).text.partition("Since then")[2]
    told = ("I have put this conversation", "Which room", "for my study", "Brass Desk Lamp", "Then take")
    places = [since.index(words) for words in told]
    assert places == sorted(places)
    assert since.count("for my study") == 1


def test_a_form_sent_twice_is_one_answer(opened: Open) -> None:
    client = opened(PERSON)
    session, _ = handed(client)
    data = {"text": "Yes.", "key": "k" * 32}
    for _ in range(2):
        assert client.post(f"/admin/conversations/{session}/answer", data=data).status_code == 303
    assert texts(client, session) == ["Yes."]


def test_what_cannot_be_kept_stays_in_the_form(opened: Open) -> None:
    client = opened(PERSON)
    session, page = handed(client)
    for there in (page, f"/admin/conversations/{session}"):
        status, again = send(client, there, "é" * (ANSWER_LIMIT + 1))
        assert status == 422
        assert "é" * (ANSWER_LIMIT + 1) in again
        assert "at most 2,000 are taken" in again
        assert send(client, there, "  ")[0] == 422
    assert texts(client, session) == []


def test_a_conversation_that_was_passed_on_is_answered_without_its_letter_too(opened: Open) -> None:
    client = opened(PERSON, LAMPS)
    session, page = handed(client)
    client.post(f"{page}/close")
    there = f"/admin/conversations/{session}"
    assert send(client, there, "Good morning.") == (303, f"{there}#answer")
    assert "Good morning." in client.get(there).text
    other = talk(client, "desk lamp")
    assert '<form id="answer"' not in client.get(f"/admin/conversations/{other}").text


def test_where_the_conversation_is_gone_nobody_is_answered(opened: Open) -> None:
    client = opened(PERSON)
    session, page = handed(client)
    letters = shop_of(client).letters
    assert letters is not None
    letters.keep(replace(LETTER, session="s_gone"))
    shown = client.get(f"/admin/letters/{LETTER.id}").text
    assert "no longer kept" in shown
    assert '<form id="answer"' not in shown
    shop_of(client).forget(session)
    for path in (session, "s_gone"):
        answer = client.post(f"/admin/conversations/{path}/answer", data={"text": "Hello?", "letter": LETTER.id})
        assert (answer.status_code, "no longer kept" in answer.text) == (404, True)
    assert client.get(page).status_code == 404


def test_hostile_words_of_both_sides_stay_words_and_lead_nowhere_else(opened: Open) -> None:
    client = opened(PERSON, LAMPS)
    session, page = handed(client)
    send(client, page, HOSTILE + "</textarea>")
    client.post("/v1/chat", json={"message": HOSTILE, "session_id": session})
    for there in (page, f"/admin/conversations/{session}"):
        shown = client.get(there).text
        assert "&lt;img src=x" in shown
        assert "<img" not in shown
    _, again = send(client, page, HOSTILE * 40 + "</textarea>")
    assert again.count("</textarea>") == 1
    elsewhere = client.post(
        f"/admin/conversations/{session}/answer", data={"text": "Yes.", "letter": "../../\\evil.example"}
    )
    assert elsewhere.headers["location"] == "/admin/letters/..%2F..%2F%5Cevil.example#answer"


def test_only_the_operator_answers(opened: Open) -> None:
    client = opened(PERSON)
    session, _ = handed(client)
    client.post("/admin/logout")
    answer = client.post(f"/admin/conversations/{session}/answer", data={"text": "Pay me."})
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/login")
    assert texts(client, session) == []
