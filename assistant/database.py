"""The one door to a database: SQLite by a file, PostgreSQL by its URL."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import Engine, Table, create_engine, event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateColumn

from retrieval.errors import BadInput

_UPSERTS: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
_PRAGMAS = (
    "journal_mode = WAL",  # readers never wait for a writer
    "synchronous = NORMAL",
    "busy_timeout = 5000",  # and a writer waits instead of failing
    "foreign_keys = ON",
    "secure_delete = ON",
)


def open_database(url: str | None) -> Engine:
    """The database at the URL, one in memory without; BadInput when it cannot be one. What is written never stands in an error.

    A new SQLite file can be read by its owner only.
    """
    if url is None:
        inside: dict[str, Any] = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
        return _watched(create_engine("sqlite://", hide_parameters=True, **inside))
    try:
        engine = create_engine(url, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise BadInput(
            f"No database can be opened by such a URL: {type(error).__name__}.",
            fix="write it like sqlite:///conversations.db, or postgresql://user@host/name with "
            "`pip install 'shopping-assistant[postgres]'`",
        ) from error
    if engine.dialect.name not in _UPSERTS:
        raise BadInput(f"{engine.dialect.name} is no database that is known here.", fix="use SQLite or PostgreSQL")
    return _watched(engine)


def turns_at(url: str | None) -> AbstractContextManager[object]:
    """What each use of the database at the URL is taken under: in memory all threads share one connection, so one waits for another."""
    return RLock() if url is None else nullcontext()


def upsert(engine: Engine, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that may say what is done on a conflict."""
    return _UPSERTS[engine.dialect.name](table)


def with_columns(engine: Engine, table: Table) -> None:
    """Give a table that was made before the columns and indexes that it lacks. A new column needs a server's default, or may be null."""
    there = {column["name"] for column in inspect(engine).get_columns(table.name)}
    name = engine.dialect.identifier_preparer.format_table(table)
    with engine.begin() as db:
        for column in table.columns:
            if column.name not in there:
                db.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN {CreateColumn(column).compile(engine)}")
        for index in table.indexes:
            index.create(db, checkfirst=True)


def clear_log(engine: Engine) -> None:
    """Empty SQLite's write-ahead log, in which what was deleted stays readable."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as db:
            db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _watched(engine: Engine) -> Engine:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        file = engine.url.database
        if file and file != ":memory:" and not engine.url.query.get("uri"):
            _make(Path(file))
    return engine


def _make(file: Path) -> None:
    try:
        file.touch(mode=0o600)
    except OSError as error:
        raise BadInput(
            f"{file} cannot be written: {error.strerror}.", fix="name a file in a folder that is there"
        ) from error


def _prepare_sqlite(connection: Any, record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
