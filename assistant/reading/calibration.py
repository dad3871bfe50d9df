"""How sure a reading is: the probability that the model gave its line, turned into the share of such readings that are right.

The two numbers of the turn are fitted on labelled messages that the model was not tuned on, and lie beside the adapter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from pydantic import BaseModel, ConfigDict, ValidationError

from retrieval.errors import BadInput, ModelError

from ..labelled.evaluate import is_right
from ..model import Example
from ..parse import clean

if TYPE_CHECKING:  # only a type here: the model's module is not needed to read two numbers
    from ..parse_model import ModelParser

FILE = "calibration.json"
LEAST = 50  # messages; fewer say too little about how often a reading is right
_SURE = 1e6  # scikit-learn's C: so large that the fit is not pulled towards 0


class Calibration(BaseModel):
    """confidence = 1 / (1 + exp(-(intercept + slope * log P))), P the probability of the reading. Platt, 1999.

    messages: how many it was fitted on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slope: float
    intercept: float
    messages: int

    def confidence(self, log_probability: float) -> float:
        """0..1: the share of readings of this probability that were right in every slot, as fitted."""
        return 1 / (1 + math.exp(-max(min(self.intercept + self.slope * log_probability, 500.0), -500.0)))


def read_calibration(adapter: Path | None) -> Calibration | None:
    """The calibration that lies beside an adapter; None when it has none. ModelError when the file is not one."""
    if adapter is None or not (adapter / FILE).exists():
        return None
    try:
        return Calibration.model_validate_json((adapter / FILE).read_text(encoding="utf-8"))
    except ValidationError as error:
        raise ModelError(
            f"{adapter / FILE} is not a calibration.", fix="make it again with `shop train calibration`"
        ) from error


def write_calibration(calibration: Calibration, adapter: Path) -> Path:
    """The file beside the adapter."""
    (adapter / FILE).write_text(calibration.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return adapter / FILE


def fit(log_probabilities: Sequence[float], right: Sequence[bool]) -> Calibration:
    """The calibration under which these readings are likeliest. BadInput for fewer than LEAST, or when all or none are right."""
    from sklearn.linear_model import LogisticRegression

    if len(right) < LEAST or len(set(right)) < 2:
        raise BadInput(
            f"{len(right)} messages, {sum(right)} of them read right, cannot be calibrated on.",
            fix=f"give at least {LEAST} labelled messages, some of them hard to read",
        )
    fitted = LogisticRegression(C=_SURE).fit([[value] for value in log_probabilities], list(right))
    return Calibration(slope=fitted.coef_[0][0], intercept=fitted.intercept_[0], messages=len(right))


def calibrate(parser: ModelParser, examples: Sequence[Example]) -> Calibration:
    """The calibration of this parser by labelled messages that it was not tuned on."""
    said = [example for example in examples if clean(example.message)]
    read = [parser.read(example.message, example.last) for example in said]
    right = [is_right(example, parse) for example, (parse, _) in zip(said, read, strict=True)]
    return fit([log_probability for _, log_probability in read], right)


def split(examples: Sequence[Example], share: float) -> tuple[list[Example], list[Example]]:
    """(to tune on, held out): about `share` of the messages held out, the same ones whatever else is in the files."""
    held = [example for example in examples if crc32(example.message.encode()) % 1000 < share * 1000]
    return [example for example in examples if example not in held], held
