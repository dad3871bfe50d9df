"""A chat model in this process: transformers reads it, accelerate puts it on what devices there are, a grammar holds its answers.

Knows nothing of shopping. Tokens that the schema forces, such as the names of its fields, are not asked for: they go in with
the next question.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from threading import Lock
from typing import Any

from more_itertools import longest_common_prefix
from safetensors import SafetensorError

from retrieval.errors import ModelError
from retrieval.hardware import use_threads, without_progress_bars

from .chat_model import NoAnswer
from .matching import allowed_tokens, with_forced

TOKEN_LIMIT = 512  # tokens of an answer; an empty act has 87 of SmolLM2's, and a message up to three
TEXT_LIMIT = 80  # characters of one string
ITEM_LIMIT = 8  # items of one list
NUMBER_LIMIT = 10**9
HUB_PATIENCE_S = 3.0

Messages = Sequence[Mapping[str, str]]


class LocalChat:
    """A loaded chat model: its weights, its tokenizer, and the lock under which one at a time may use them."""

    def __init__(self, name: str, *, threads: int = 1, hub: bool = False) -> None:
        """name: of a folder, or of a model on a hub, which is asked for it if `hub`. ModelError when there is no such chat model."""
        use_threads(threads)
        self.name, self.lock = name, Lock()
        self.model, self.tokenizer = _load(name, _folder(name, hub))

    def tokens(self, messages: Messages, *, answered: bool = False) -> list[int]:
        """The messages by the model's own template, up to where its answer begins; with `answered` up to the end of the last one."""
        from jinja2 import TemplateError

        try:
            return self._tokens(messages, answered)
        except TemplateError:  # some models have no place for rules: the first question then begins with them
            rules, question, *rest = messages
            first = {"role": "user", "content": f"{rules['content']}\n\n{question['content']}"}
            return self._tokens([first, *rest], answered)

    def read(self, tokens: Sequence[int], cache: Any) -> Any:
        """The logits of the token after these, (V,); the cache grows by them."""
        import torch

        with torch.inference_mode():
            ids = torch.tensor([tokens], device=self.model.device)
            return self.model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1).logits[0, -1]

    def _tokens(self, messages: Messages, answered: bool) -> list[int]:
        text = self.tokenizer.apply_chat_template(
            list(messages), tokenize=False, add_generation_prompt=not answered, enable_thinking=False
        )
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids


class ChatInProcess:
    """A ChatModel over a LocalChat. Greedy, and what all questions begin with is read once: the same question gets the same answer."""

    def __init__(
        self,
        chat: LocalChat,
        *,
        timeout_s: float = 8.0,
        token_limit: int = TOKEN_LIMIT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """timeout_s: for one answer, not counting what is read ahead."""
        from llguidance.hf import from_tokenizer

        self._chat, self._timeout_s, self._token_limit, self._clock = chat, timeout_s, token_limit, clock
        try:
            self._words = from_tokenizer(chat.tokenizer)
        except ValueError as error:
            raise ModelError(
                f"The tokenizer of {chat.name} cannot be used: {error}", fix="name another model"
            ) from error
        self._ahead: list[int] = []
        self._cache: Any = None

    def complete(self, messages: Messages, schema: Mapping[str, Any]) -> str:
        """The model's answer to the last message. NoAnswer when it is too long, takes too long, or there is no memory for it."""
        with self._chat.lock:
            try:
                return self._answer(messages, schema)
            except (RuntimeError, MemoryError) as error:  # torch says so when memory is out, on whatever device
                self._ahead, self._cache = [], None
                said = (str(error).splitlines() or ["out of memory"])[0]
                raise self._failed(f"cannot answer: {said}", fix="take a smaller model, or one that fits") from error

    def read_ahead(self, messages: Messages) -> None:
        """Reads what every question begins with, so that the first one need not wait for it."""
        with self._chat.lock:
            self._read_ahead(self._chat.tokens(messages, answered=True))

    def close(self) -> None:
        """Lets go of what was read ahead; the model itself may be in use elsewhere."""
        self._ahead, self._cache = [], None

    def _answer(self, messages: Messages, schema: Mapping[str, Any]) -> str:
        tokens = self._chat.tokens(messages)
        self._read_ahead(list(longest_common_prefix([self._chat.tokens(messages[:-1], answered=True), tokens])))
        cache, matcher = deepcopy(self._cache), self._matcher(schema)
        written: list[int] = matcher.compute_ff_tokens()
        matcher.consume_tokens(written)
        pending, until = tokens[len(self._ahead) :] + written, self._clock() + self._timeout_s
        while not matcher.is_stopped():
            pending = with_forced(_likeliest(self._chat.read(pending, cache), matcher), matcher)
            written = written + pending
            if len(written) > self._token_limit:
                raise self._failed(f"wrote over {self._token_limit} tokens", fix="take a more capable model", wait_s=0)
            if self._clock() > until:
                raise self._failed(f"did not answer within {self._timeout_s:g} s", fix="raise SHOP_LLM_TIMEOUT_S")
        text: str = self._words.decode_str(written)
        return text

    def _read_ahead(self, tokens: list[int]) -> None:
        from transformers import DynamicCache

        if self._cache is not None and tokens == self._ahead:
            return
        self._ahead, self._cache = tokens, DynamicCache(config=self._chat.model.config)
        if tokens:
            self._chat.read(tokens, self._cache)

    def _matcher(self, schema: Mapping[str, Any]) -> Any:
        from llguidance import JsonCompiler, LLMatcher

        grammar = JsonCompiler(whitespace_flexible=False).compile(json.dumps(bounded(schema)))
        matcher = LLMatcher(self._words, grammar)
        if matcher.is_error():
            raise ModelError(f"The schema of an answer was refused: {matcher.get_error()}", fix="report this schema")
        return matcher

    def _failed(self, what: str, *, fix: str, wait_s: float | None = None) -> NoAnswer:
        return NoAnswer(f"The language model {self._chat.name} {what}.", fix=fix, wait_s=wait_s)


def bounded(schema: Any) -> Any:
    """The schema with an end to every text, list and number in it, where it sets none: a model that goes round in circles comes out."""
    if isinstance(schema, list):
        return [bounded(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    limits: dict[str, Any] = {}
    match schema.get("type"):
        case "string" if "enum" not in schema:
            limits = {"maxLength": TEXT_LIMIT}
        case "array":
            limits = {"maxItems": ITEM_LIMIT}
        case "integer":
            limits = {"maximum": NUMBER_LIMIT}
        case "number":
            limits = {"maximum": NUMBER_LIMIT, "multipleOf": 0.01}
    return limits | {name: bounded(part) for name, part in schema.items()}


def _likeliest(logits: Any, matcher: Any) -> int:
    import torch

    allowed = torch.from_numpy(allowed_tokens(matcher))
    return int(allowed[int(logits[allowed.to(logits.device)].argmax())])


def _folder(name: str, hub: bool) -> Path:
    """The folder of that name, else the one where the hub's client keeps the model, fetched first where that is allowed."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    from huggingface_hub import snapshot_download

    kinds = ["*.json", "*.jinja", "*.model", "*.safetensors", "*.txt"]
    try:
        found = snapshot_download(
            name, allow_patterns=kinds, etag_timeout=HUB_PATIENCE_S, local_files_only=not hub, token=False
        )
    except Exception as error:  # whatever the client raises, what to do is the same
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"There is no folder {name}, and no model of that name could be had from a hub: {said}",
            fix="name the folder of a chat model, or set SHOP_MODEL_HUB=1 where a model hub can be reached"
            if not hub
            else "name the folder of a chat model: `hf download` makes one on a machine that reaches the hub",
        ) from error
    return Path(found)


def _load(name: str, folder: Path) -> tuple[Any, Any]:
    """(model, tokenizer). Weights are read from safetensors only, and no code that comes with a model is run."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    without_progress_bars()
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model: Any = AutoModelForCausalLM.from_pretrained(
            folder, dtype="auto", device_map="auto", use_safetensors=True, local_files_only=True
        )
    except (OSError, ValueError, LookupError, AttributeError, RuntimeError, ImportError, SafetensorError) as error:
        raise ModelError(
            f"The chat model {name} cannot be opened: {error}", fix="name a causal language model for transformers"
        ) from error
    if not tokenizer.chat_template:
        raise ModelError(f"The model {name} has no chat template.", fix="name one that was tuned for chat")
    return model.eval(), tokenizer
