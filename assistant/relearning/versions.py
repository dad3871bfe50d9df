"""Versions of a learnt model under the store's folder: STORE/models/KIND/NAME, and which of them is in use."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from retrieval.errors import BadInput
from retrieval.store import write_whole

from ..recommending.interest.model import Interest
from ..settings import Settings

log = logging.getLogger(__name__)
Kind = Literal["interest", "reranker"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FOLDER, TAKEN = "models", "taken.txt"
KEPT = 5  # newest versions of a kind


@dataclass(frozen=True)
class Versions:
    """The versions of one kind. taken.txt in the folder names those taken into use, a line each, the one in use last."""

    folder: Path

    @property
    def taken(self) -> list[str]:
        """Names of the versions in the order in which they were taken into use; none before the first."""
        file = self.folder / TAKEN
        return file.read_text(encoding="utf-8").split() if file.is_file() else []

    @property
    def in_use(self) -> Path | None:
        """The folder of the version in use; None where the model that came with the product is."""
        taken = self.taken
        return self.folder / taken[-1] if taken else None

    def take(self, made: Path, name: str) -> None:
        """Copy the folder `made` here and take it into use, whole or not at all; only the KEPT newest stay."""
        draft = self.folder / f"{name}.new"
        shutil.copytree(made, draft)
        draft.rename(self.folder / name)
        self._write([*self.taken, name][-KEPT:])
        for one in self.folder.iterdir():
            if one.is_dir() and one.name not in self.taken:
                shutil.rmtree(one)

    def put_back(self) -> Path | None:
        """Take the version before into use again and return its folder; None for the model that came with the product.

        The one put aside lies there until another is taken. BadInput where none was taken.
        """
        taken = self.taken
        if not taken:
            raise BadInput(f"No version was taken into use in {self.folder}.", fix="there is nothing to put back")
        self._write(taken[:-1])
        return self.in_use

    def _write(self, names: list[str]) -> None:
        write_whole(self.folder / TAKEN, "".join(f"{name}\n" for name in names))


def versions_of(store: Path) -> Mapping[Kind, Versions]:
    """The versions of each kind that a store has."""
    return {kind: Versions(store / FOLDER / kind) for kind in KINDS}


def put_back(store: Path) -> Mapping[Kind, Path | None]:
    """Undo the latest taking into use, of all kinds of which it took one; what is in use of these now. BadInput where there was none."""
    latest = {kind: one for kind, one in versions_of(store).items() if one.taken}
    if not latest:
        raise BadInput(f"No version of a model is in use in {store}.", fix="`shop retrain` takes one when it is better")
    newest = max(one.taken[-1] for one in latest.values())
    return {kind: one.put_back() for kind, one in latest.items() if one.taken[-1] == newest}


def with_learnt(settings: Settings, store: Path) -> Settings:
    """The settings with the versions in use of the store, where they name no model themselves.

    A version that this release cannot read is told to the log and left: a server starts all the same.
    """
    found: dict[str, Path | None] = {
        kind: one.in_use for kind, one in versions_of(store).items() if getattr(settings, kind) is None
    }
    if folder := found.get("interest"):
        try:
            Interest.read(folder)
        except BadInput as error:
            log.warning("%s It is not used; run `shop retrain` again.", error.detail)
            del found["interest"]
    return settings.model_copy(update=found)
