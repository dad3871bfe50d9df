"""Pictures and PDFs that shoppers attach for the shop's staff: checked by their content, kept with the conversation and as long."""

from __future__ import annotations

import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import BytesIO
from threading import Lock

from PIL import Image, ImageOps
from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    select,
    update,
)
from sqlalchemy import insert as insert_into

from retrieval.errors import BadInput, NotFound

from ..database import clear_log, open_database, turns_at, upsert
from ..privacy.seal import Seal

LIMIT = 5 * 1024 * 1024  # bytes of one as it comes
MOST = 5  # of one conversation
PIXELS = 50_000_000  # of a picture as it comes; its header says so before anything is decoded
SIDE = 2_000  # pixels of the longer side as it is kept
NAME_LIMIT = 80  # characters
PDF = "application/pdf"
PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", PDF: ".pdf"}
_WRONG = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning)


class NotAttachable(BadInput):
    """What came is no picture or PDF that can be kept."""

    slug = "not-attachable"


@dataclass(frozen=True)
class Attachment:
    """One file of a conversation. number: from 1; name: as the shopper has it, with the ending of its type; size: in bytes, as kept."""

    number: int
    name: str
    type: str
    size: int
    at: datetime

    def to_json(self) -> dict[str, str | int]:
        return {**asdict(self), "at": self.at.isoformat(timespec="seconds")}


_TABLES = MetaData()
_FILES = Table(
    "attachments",
    _TABLES,
    Column("session_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
    Column("type", String(32), nullable=False),
    Column("size", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("content", Text, nullable=False),
)
_KEY = Table(
    "attachment_link_key",
    _TABLES,
    Column("id", Integer, primary_key=True),  # 1: there is one
    Column("key", Text, nullable=False),
)
_SEALED = ("name", "content")
_FACTS = (_FILES.c.number, _FILES.c.name, _FILES.c.type, _FILES.c.size, _FILES.c.at)


class Attachments:
    """In the conversations' database, or in memory as long as the process lives; names and contents encrypted where there is a key."""

    def __init__(self, url: str | None = None, seal: Seal | None = None) -> None:
        self._engine = open_database(url)
        self._seal = seal or Seal()
        self._turn = turns_at(url)
        self._drawing = Lock()  # one picture at a time: a large one takes 200 MB while it is decoded
        _TABLES.create_all(self._engine)

    def add(self, session_id: str, name: str, content: bytes) -> Attachment:
        """Keep a file; NotAttachable says what is wrong with it. Of one conversation one after the other: the caller sees to that."""
        with self._drawing:
            kind, kept = checked(content)
        theirs = [one.number for one in self.of(session_id)]
        if len(theirs) >= MOST:
            raise NotAttachable(f"{MOST} files are attached already.", fix="tell the shop's team what else there is")
        added = Attachment(max(theirs, default=0) + 1, _named(name, kind), kind, len(kept), datetime.now(UTC))
        closed = {"name": self._seal.close(added.name), "content": self._seal.close(b64encode(kept).decode())}
        with self._turn, self._engine.begin() as db:
            db.execute(insert_into(_FILES).values({"session_id": session_id, **asdict(added), **closed}))
        return added

    def of(self, session_id: str) -> tuple[Attachment, ...]:
        """Those of a conversation, in order."""
        with self._turn, self._engine.connect() as db:
            rows = db.execute(select(*_FACTS).where(_FILES.c.session_id == session_id).order_by(_FILES.c.number)).all()
        return tuple(
            Attachment(row.number, self._seal.open(row.name), row.type, row.size, row.at.replace(tzinfo=UTC))
            for row in rows
        )

    def content(self, session_id: str, number: int) -> bytes:
        """What one holds; NotFound when it is not there."""
        with self._turn, self._engine.connect() as db:
            this = _FILES.c.session_id == session_id, _FILES.c.number == number
            kept = db.execute(select(_FILES.c.content).where(*this)).scalar_one_or_none()
        if kept is None:
            raise NotFound("There is no such file.", fix="it may be erased with its conversation")
        return b64decode(self._seal.open(kept))

    def link_key(self) -> str:
        """What links to files are signed with: 256 random bits, made when first asked for, the same for all processes."""
        made = {"id": 1, "key": self._seal.close(secrets.token_hex(32))}
        with self._turn, self._engine.begin() as db:
            db.execute(upsert(self._engine, _KEY).values(made).on_conflict_do_nothing())
            return str(self._seal.open(db.execute(select(_KEY.c.key)).scalar_one()))

    def erase(self, sessions: Collection[str]) -> int:
        """Erase all of these conversations; how many there were."""
        return self._erase(_FILES.c.session_id.in_(list(sessions)))

    def expire(self, before: datetime) -> int:
        """Erase all that are older; how many there were."""
        return self._erase(_FILES.c.at < before)

    def reseal(self) -> int:
        """Write all with the newest key, or in the clear without any; how many there are."""
        with self._turn, self._engine.begin() as db:
            keys = db.execute(select(_FILES.c.session_id, _FILES.c.number)).all()
            for session_id, number in keys:
                this = _FILES.c.session_id == session_id, _FILES.c.number == number
                row = db.execute(select(_FILES).where(*this)).one()._asdict()
                db.execute(
                    update(_FILES)
                    .where(*this)
                    .values({one: self._seal.close(self._seal.open(row[one])) for one in _SEALED})
                )
            for key in db.execute(select(_KEY.c.key)).scalars().all():
                db.execute(update(_KEY).values(key=self._seal.close(self._seal.open(key))))
        clear_log(self._engine)
        return len(keys)

    def close(self) -> None:
        self._engine.dispose()

    def _erase(self, which: ColumnElement[bool]) -> int:
        with self._turn, self._engine.begin() as db:
            found = db.execute(delete(_FILES).where(which)).rowcount
        if found:
            clear_log(self._engine)
        return found


def checked(content: bytes) -> tuple[str, bytes]:
    """(type, what is kept): told by the content and not by a name. Pictures are drawn anew, at most SIDE pixels a side: what else
    the file held, such as where it was taken, is gone. A PDF is kept as it came."""
    if len(content) > LIMIT:
        raise NotAttachable(
            f"The file has {len(content):,} bytes, at most {LIMIT:,} are taken.", fix="send a smaller one"
        )
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        return PDF, content
    try:
        with Image.open(BytesIO(content), formats=tuple(PICTURES)) as picture:
            if picture.width * picture.height > PIXELS:
                raise NotAttachable(f"The picture has more than {PIXELS:,} pixels.", fix="send a smaller one")
            return PICTURES[str(picture.format)], _drawn_anew(picture)
    except _WRONG as error:
        detail = "The file is no picture (JPEG, PNG, WebP) and no PDF, or it is broken."
        raise NotAttachable(detail, fix="send one of these") from error


def _drawn_anew(picture: Image.Image) -> bytes:
    """The picture's first frame, upright, with nothing of the file but its pixels."""
    picture.thumbnail((SIDE, SIDE))  # first, since a large JPEG is then decoded small
    upright = ImageOps.exif_transpose(picture)
    kept = upright.convert("RGB" if picture.format == "JPEG" or not upright.has_transparency_data else "RGBA")
    plain = Image.new(kept.mode, kept.size)
    plain.paste(kept)
    out = BytesIO()
    plain.save(out, picture.format)
    return out.getvalue()


def _named(name: str, kind: str) -> str:
    """The last part of the name without signs that no file name should have, ending as its type does."""
    last = "".join(sign for sign in re.split(r"[\\/]", name)[-1] if sign.isprintable()).strip(" .")
    stem = last.rpartition(".")[0] or last or "attachment"
    return f"{stem[:NAME_LIMIT]}{ENDINGS[kind]}"
