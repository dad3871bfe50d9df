"""The shop's own rules, read from a TOML file that a setting names."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from retrieval.errors import BadInput

Rules = TypeVar("Rules", bound=BaseModel)


def read_toml(kind: type[Rules], path: Path | None, setting: str) -> Rules:
    """The rules; the defaults without a file. BadInput names the file and the first wrong key, or the setting."""
    if path is None:
        return kind()
    try:
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path} cannot be read as TOML: {error}", fix=f"mend the file named by {setting}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        told = first["msg"].removeprefix("Value error, ")
        raise BadInput(f"{path}: {key}: {told}, got {first['input']!r:.80}", fix="change this key") from error
