"""The border to a large language model: messages and a JSON schema in, the text of its answer out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from retrieval.errors import ShopError


class NoAnswer(ShopError):
    """The model gave no usable answer. wait_s: how long to leave it alone, None when it did not say."""

    status, slug = 503, "llm"

    def __init__(self, detail: str, *, fix: str, wait_s: float | None = None) -> None:
        super().__init__(detail, fix=fix)
        self.wait_s = wait_s


class ChatModel(Protocol):
    def complete(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> str:
        """The text of the answer to the messages, JSON by the schema. NoAnswer when there is none. Safe to use from several threads."""

    def close(self) -> None:
        """Lets go of what it holds."""
