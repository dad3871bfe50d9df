"""How likely the tagger finds readings of a message, and the choice among those that the language model proposes.

Rescoring of an n-best list by a model of another kind: what one of them misreads the other often does not (Collins and Koo, 2005).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from retrieval.errors import ModelError
from retrieval.reranking.cross_encoder import padded

from ...model import Exchange, Parse
from ...parse import clean, exchange_text
from .classes import Classes, acts_of, classes_of, line_of

if TYPE_CHECKING:  # torch is loaded only where a model is: importing this module must stay cheap
    import torch

FOLDER, CONFIG = "tagger", "config.json"  # beside the adapter whose readings it rates
CONTEXT_TOKENS = 200  # of the last exchange, its end
MESSAGE_TOKENS = 220  # further tokens of a message are in no class


class Rule(BaseModel):
    """What a reading is worth: line · log P(line) + tags · log P(tags) + whole · log P(the message's classes).

    Fitted on messages that neither model was tuned on, so that the right one of a list is likeliest; stands in the folder's config.json.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: float
    tags: float
    whole: float

    def worth(self, log_probability: float, rated: Rating) -> float:
        return self.line * log_probability + self.tags * rated.tags + self.whole * rated.whole


@dataclass(frozen=True)
class Rating:
    """The logs of the probabilities that the tagger gives a reading's tags and its classes of the whole message."""

    tags: float
    whole: float


@dataclass(frozen=True)
class Encoded:
    """[CLS] exchange [SEP] message [SEP]. start: where the message begins; offsets: of its tokens, in characters."""

    ids: tuple[int, ...]
    start: int
    offsets: tuple[tuple[int, int], ...]


class Encoder:
    """Messages after an exchange to token ids."""

    def __init__(self, base: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(base / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._cls, self._sep = (self._tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]"))

    def encode(self, message: str, last: Exchange | None) -> Encoded:
        before = self._tokenizer.encode(exchange_text(last).strip() if last else "", add_special_tokens=False).ids
        said = self._tokenizer.encode(clean(message), add_special_tokens=False)
        first = (self._cls, *before[-CONTEXT_TOKENS:], self._sep)
        ids = (*first, *said.ids[:MESSAGE_TOKENS], self._sep)
        return Encoded(ids, len(first), tuple(said.offsets[:MESSAGE_TOKENS]))


class Tagger:
    """The network in a folder. One copy serves all threads."""

    def __init__(self, folder: Path, base: Path) -> None:
        """ModelError when the folder holds no tagger."""
        from retrieval.hardware import compute_dtype, without_progress_bars

        from .network import load_network  # imports torch, which takes seconds

        without_progress_bars()
        try:
            self.rule = Rule.model_validate_json((folder / CONFIG).read_text(encoding="utf-8"))
            self._network = load_network(base, folder, dtype=compute_dtype())
        except (OSError, ValidationError, RuntimeError, LookupError) as error:
            raise ModelError(
                f"The tagger in {folder} cannot be opened: {error}", fix="train it again with `shop train tagger`"
            ) from error
        self._encoder = Encoder(base)

    def tag(self, message: str, last: Exchange | None) -> Tagged:
        """What the network says of a message after an exchange."""
        import torch

        encoded = self._encoder.encode(message, last)
        with torch.inference_mode():
            tags, whole = self._network(*padded([(encoded.ids, encoded.start)]))
            begin = encoded.start
            of_tokens = tags[0, begin : begin + len(encoded.offsets)].log_softmax(-1)
        return Tagged(message, encoded.offsets, of_tokens, tuple(head[0] for head in whole))

    def best(self, tagged: Tagged, readings: Sequence[tuple[Parse, float]]) -> tuple[int, float]:
        """(the place of the likeliest reading, the log of its share among all of them). readings: each with its log probability."""
        rated = tagged.rate([parse for parse, _ in readings])
        worth = [self.rule.worth(log_p, one) for (_, log_p), one in zip(readings, rated, strict=True)]
        most = max(worth)
        return worth.index(most), -math.log(sum(math.exp(one - most) for one in worth))


@dataclass(frozen=True)
class Tagged:
    """What the network says of a message. offsets: of its T tokens; tokens: the logs of the probabilities of their tags, (T, tags);
    whole: numbers before the softmax for each of SIZES."""

    message: str
    offsets: tuple[tuple[int, int], ...]
    tokens: torch.Tensor
    whole: tuple[torch.Tensor, ...]

    def rate(self, readings: Sequence[Parse]) -> list[Rating]:
        """How likely each of these readings of the message is."""
        rows = [classes_of(acts_of(reading), self.message, self.offsets) for reading in readings]
        return [Rating(_of_tags(row, self.tokens), _of_whole(row, self.whole)) for row in rows]

    def line(self) -> str:
        """The answer line of its likeliest classes."""
        intent, then, pointed, sort, gender = self.whole
        likeliest = Classes(
            tags=tuple(self.tokens.argmax(-1).tolist()),
            intent=int(intent.argmax()),
            then=int(then.argmax()),
            pointed=tuple((pointed > 0).int().tolist()),
            sort=int(sort.argmax()),
            gender=int(gender.argmax()),
        )
        return line_of(likeliest, self.message, self.offsets)


def read_tagger(adapter: Path, base: Path) -> Tagger | None:
    """The tagger that lies beside an adapter; None when it has none."""
    folder = adapter / FOLDER
    return Tagger(folder, base) if folder.exists() else None


def _of_tags(row: Classes, tokens: torch.Tensor) -> float:
    import torch

    return float(tokens[torch.arange(len(row.tags)), torch.tensor(row.tags, dtype=torch.long)].sum())


def _of_whole(row: Classes, heads: Sequence[torch.Tensor]) -> float:
    """What is pointed at are as many questions as there are places, each yes or no; the others are one question each."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    intent, then, pointed, sort, gender = heads
    one_of = ((intent, row.intent), (then, row.then), (sort, row.sort), (gender, row.gender))
    each = binary_cross_entropy_with_logits(pointed, torch.tensor(row.pointed, dtype=torch.float32), reduction="sum")
    return float(sum(numbers.log_softmax(0)[place] for numbers, place in one_of) - each)
