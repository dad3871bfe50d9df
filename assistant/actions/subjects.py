"""What shoppers ask of any product in words of their own: by nearness to how it is usually asked, and the fields that answer it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from retrieval.dense import Embedder
from retrieval.examples import Examples

# Least cosine to a usual question from which the subject is clear. docs/log.md has others.
CLEAR = 0.8


@dataclass(frozen=True)
class Subject:
    """fields: names that records give what answers it, the surest first. together: all of them are the answer, not the first."""

    fields: tuple[str, ...]
    together: bool = False


def subject_of(texts: Sequence[str], embedder: Embedder, least: float = CLEAR) -> Subject | None:
    """The subject of a question, given in one wording or several; None where no usual question is as near as `least`."""
    name, near = next(iter(_asked().nearness(texts, embedder).items()), ("", 0.0))
    return _subjects()[name] if near >= least else None


@cache
def _asked() -> Examples:
    """How each subject is asked for."""
    return Examples({name: one["asked"] for name, one in _written().items()})


@cache
def _subjects() -> dict[str, Subject]:
    return {name: Subject(tuple(one["fields"]), one.get("together", False)) for name, one in _written().items()}


@cache
def _written() -> dict[str, dict[str, Any]]:
    return tomllib.loads(resources.files("assistant").joinpath("data/subjects.toml").read_text(encoding="utf-8"))
