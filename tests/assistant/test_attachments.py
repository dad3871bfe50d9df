"""What shoppers attach for the shop's staff: told by its content, drawn anew, kept sealed, and gone with its conversation."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from assistant.outbound.attachments import LIMIT, MOST, SIDE, Attachments, NotAttachable, checked
from assistant.privacy.kept import Places, erase, kept_of
from assistant.privacy.seal import Seal, new_key
from assistant.sessions import MemorySessions
from retrieval.errors import NotFound

PDF = b"%PDF-1.7\n1 0 obj << >> endobj\n%%EOF\n"


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **saved: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size, "red").save(out, kind, **saved)
    return out.getvalue()


@pytest.fixture
def place(tmp_path: Path) -> Attachments:
    return Attachments(f"sqlite:///{tmp_path / 'sessions.db'}")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG", mode="RGBA"), "image/png"),
        (picture("PNG", mode="P"), "image/png"),
        (picture("WEBP"), "image/webp"),
        (PDF, "application/pdf"),
    ],
)
def test_pictures_and_pdfs_are_told_by_their_content(content: bytes, kind: str) -> None:
    assert checked(content)[0] == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script>",
        b"MZ" + bytes(200),
        b"PK\x03\x04" + bytes(200),
        picture("GIF"),
        picture("BMP"),
        picture()[:200],
        b"%PDF-1.7 and no end",
        bytes(LIMIT + 1),
        picture("PNG", (20_000, 20_000), "1"),
        picture("PNG", (8_000, 8_000), "1"),
    ],
    ids=["empty", "svg", "html", "exe", "zip", "gif", "bmp", "cut off", "no pdf", "large", "bomb", "64 megapixels"],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(NotAttachable):
        checked(content)


def test_a_picture_is_drawn_anew_upright_and_small_without_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif.get_ifd(0x8825)[1] = "N"  # a place
    exif[0x010F] = "A camera"
    behind = b"<script>alert(1)</script>"
    taken = picture("JPEG", (4_000, 1_000), exif=exif, comment=b"my home") + behind
    assert b"my home" in taken
    _, kept = checked(taken)
    with Image.open(BytesIO(kept)) as drawn:
        assert drawn.size == (SIDE // 4, SIDE)
        assert len(drawn.getexif()) == 0
    assert not any(words in kept for words in (b"A camera", b"my home", behind))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("lamp.PNG", "lamp.pdf"),
        ("receipt.pdf.exe", "receipt.pdf.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\tmp\\bill.pdf", "bill.pdf"),
        ("a\r\nSet-Cookie: x\0\u202efdp.exe", "aSet-Cookie: xfdp.pdf"),
        ("", "attachment.pdf"),
        ("..", "attachment.pdf"),
        ("\ud800bill.pdf", "bill.pdf"),
        ("x" * 300 + ".pdf", "x" * 80 + ".pdf"),
    ],
)
def test_a_name_is_a_file_s_name_with_the_ending_of_its_type(place: Attachments, name: str, kept: str) -> None:
    assert place.add("s_1", name, PDF).name == kept


def test_files_are_numbered_counted_and_kept_apart(place: Attachments) -> None:
    added = [place.add("s_1", f"{number}.pdf", PDF) for number in range(1, MOST + 1)]
    assert [one.number for one in added] == [1, 2, 3, 4, 5]
    assert place.of("s_1") == tuple(added)
    assert place.content("s_1", 2) == PDF
    with pytest.raises(NotAttachable, match="5 files are attached already"):
        place.add("s_1", "6.pdf", PDF)
    assert place.of("s_2") == ()
    with pytest.raises(NotFound):
        place.content("s_2", 1)


def test_they_go_with_their_conversation_and_when_they_are_old(place: Attachments) -> None:
    for session in ("s_1", "s_1", "s_2", "s_3"):
        place.add(session, "x.pdf", PDF)
    assert place.erase(["s_1"]) == 2
    assert place.expire(datetime.now(UTC) - timedelta(days=1)) == 0
    assert place.expire(datetime.now(UTC) + timedelta(seconds=1)) == 2


def test_a_visitor_s_export_has_what_a_file_holds_and_erasing_counts_it(place: Attachments) -> None:
    place.add("s_1", "bill.pdf", PDF)
    place.add("s_2", "other.pdf", PDF)
    places = Places(MemorySessions(), attachments=place)
    (found,) = kept_of(["s_1"], places)["attachments"]
    assert (found["session_id"], found["name"], b64decode(found["content"])) == ("s_1", "bill.pdf", PDF)
    assert erase(["s_1"], places).attachments == 1
    assert kept_of(["s_1"], places)["attachments"] == []
    assert len(place.of("s_2")) == 1


def test_with_a_key_neither_name_nor_content_lies_in_the_clear(tmp_path: Path) -> None:
    file = tmp_path / "sessions.db"
    url, old, new = f"sqlite:///{file}", new_key(), new_key()
    place = Attachments(url, Seal(old))
    place.add("s_1", "broken lamp.pdf", PDF)
    place.close()
    assert b"broken lamp" not in file.read_bytes()
    assert b"JVBERi0xLjc" not in file.read_bytes()  # the PDF in base64
    place = Attachments(url, Seal(f"{new},{old}"))
    key = Attachments(url, Seal(old)).link_key()
    assert place.reseal() == 1
    place.close()
    place = Attachments(url, Seal(new))
    assert (place.link_key(), key in file.read_bytes().decode("latin-1")) == (key, False)
    assert (place.of("s_1")[0].name, place.content("s_1", 1)) == ("broken lamp.pdf", PDF)
    place.close()
