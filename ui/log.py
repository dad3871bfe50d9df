"""The server's log: one event a line with its ids, as JSON, or for reading on a terminal. What libraries log comes in the same form."""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import structlog
from structlog.contextvars import merge_contextvars
from structlog.stdlib import BoundLogger, ProcessorFormatter, add_log_level, add_logger_name, filter_by_level

OURS = ("assistant", "retrieval", "ui")


def logger(name: str) -> BoundLogger:
    """A logger of events with members, on top of Python's own, which decides where they go."""
    processors: list[Any] = [filter_by_level, merge_contextvars, ProcessorFormatter.wrap_for_formatter]
    wrapped: BoundLogger = structlog.wrap_logger(
        logging.getLogger(name), processors=processors, wrapper_class=BoundLogger
    )
    return wrapped


def configure(stream: TextIO | None = None) -> None:
    """Let all loggers write to the stream, standard error by default; ours from INFO on, unless more is asked for already."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    stamped: list[Any] = [
        merge_contextvars,
        add_logger_name,
        add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendering = _rendering(terminal=stream.isatty())
    handler.setFormatter(
        ProcessorFormatter(processors=[*stamped, ProcessorFormatter.remove_processors_meta, *rendering])
    )
    logging.getLogger().handlers = [handler]
    for name in OURS:
        if logging.getLogger().level > logging.INFO:
            logging.getLogger(name).setLevel(logging.INFO)


def _rendering(*, terminal: bool) -> list[Any]:
    if terminal:
        return [structlog.dev.ConsoleRenderer()]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
