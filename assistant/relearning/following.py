"""What a running assistant works with, and how it takes up the versions that `shop retrain` takes into use. docs/retrain.md."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from retrieval.rerank import LinearMix

from ..build import build_reranker
from ..parts import Parts
from ..recommending.interest.model import Interest
from ..recommending.recommender import Recommender
from ..settings import Settings
from .versions import KINDS, Kind, versions_of

log = logging.getLogger(__name__)
LOOK_EVERY_S = 10.0  # how often a server looks for other versions


@dataclass(frozen=True)
class Serving:
    """What turns work with. A turn takes it once, as it begins, so that none is of two versions."""

    parts: Parts
    recommender: Recommender


class Following:
    """The versions of a store that an assistant has loaded. own: its settings, which stand before the store's versions.

    used: the same settings with what was loaded at the start.
    """

    def __init__(self, store: Path, own: Settings, used: Settings) -> None:
        self._settings = used
        self._versions = {kind: one for kind, one in versions_of(store).items() if getattr(own, kind) is None}
        self._tried: dict[Kind, Path | None] = {kind: getattr(used, kind) for kind in KINDS}
        self._load: Mapping[Kind, Callable[[Serving, Path | None], Serving]] = {
            "interest": _with_interest,
            "reranker": self._with_reranker,
        }
        self._guard = threading.Lock()

    def followed(self, serving: Serving) -> Serving:
        """The same with the versions in use now, loaded; the very object where they are those that it has.

        What cannot be loaded is told to the log, and what was used before stays until another version is taken.
        """
        with self._guard:
            for kind, versions in self._versions.items():
                serving = self._followed(kind, versions.in_use, serving)
            return serving

    def _followed(self, kind: Kind, folder: Path | None, serving: Serving) -> Serving:
        if folder == self._tried[kind]:
            return serving
        self._tried[kind] = folder
        name = f"version {folder.name}" if folder else "what came with the product"
        try:
            serving = self._load[kind](serving, folder)
        except Exception:  # whatever is wrong with it, shoppers are answered by the one before
            log.exception("%s: %s cannot be loaded; the one before stays in use", kind, name)
        else:
            log.info("%s: %s is in use now", kind, name)
        return serving

    def _with_reranker(self, serving: Serving, folder: Path | None) -> Serving:
        searcher = serving.parts.searcher
        settings = self._settings.model_copy(update={"reranker": folder})
        reranker = build_reranker(LinearMix(searcher.dense, searcher.lexical), settings)
        return replace(serving, parts=replace(serving.parts, searcher=replace(searcher, reranker=reranker)))


def _with_interest(serving: Serving, folder: Path | None) -> Serving:
    model = Interest.read(folder) if folder else None
    return replace(serving, recommender=serving.recommender.ordered(model, datetime.now(UTC)))
