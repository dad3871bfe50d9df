"""What a training has done and what it needs to go on after a kill: written between epochs, read when it is started again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .train import Recipe


@dataclass
class Progressed:
    """What a run has done. losses: at the end of each epoch."""

    losses: list[float] = field(default_factory=list)
    minutes: float = 0.0

    @property
    def epochs(self) -> int:
        return len(self.losses)

    def add(self, loss: float, seconds: float) -> None:
        """One more epoch."""
        self.losses.append(round(loss, 4))
        self.minutes += seconds / 60

    def __str__(self) -> str:
        return f"{', '.join(map(str, self.losses))}. {self.minutes:.0f} minutes"


def save_state(part: Path, recipe: Recipe, done: Progressed, weights: Mapping[str, Any], optimizer: Any) -> None:
    """Writes what a killed run needs to go on after its last epoch; the state before stays until this one is whole."""
    import torch

    part.mkdir(parents=True, exist_ok=True)
    state = {"recipe": asdict(recipe), "progress": asdict(done), "optimizer": optimizer.state_dict(), **weights}
    torch.save(state, part / "state.tmp")
    (part / "state.tmp").replace(part / "state.pt")


def saved_state(part: Path, recipe: Recipe, done: Progressed, optimizer: Any) -> Mapping[str, Any] | None:
    """The state of a run of the same recipe, of which `done` and the optimizer have taken theirs; None where there is none, or of
    another recipe: that run is begun anew."""
    import torch

    if not (part / "state.pt").exists():
        return None
    state: dict[str, Any] = torch.load(part / "state.pt", weights_only=True, map_location="cpu")
    if state["recipe"] != asdict(recipe):
        return None
    done.losses, done.minutes = state["progress"]["losses"], state["progress"]["minutes"]
    optimizer.load_state_dict(state["optimizer"])
    return state
