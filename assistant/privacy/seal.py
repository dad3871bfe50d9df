"""What shoppers said, encrypted where it lies, when the shop gives a key (Fernet of the library cryptography)."""

from __future__ import annotations

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from retrieval.errors import BadInput, StoreError

SEALED, PLAIN = "sealed:", "plain:"


class WrongKey(StoreError):
    """Something is encrypted, and no key at hand opens it."""

    status, slug = 503, "wrong-key"


class Seal:
    """Closes JSON values before they are kept and opens them again; without keys they are kept as they are.

    keys: Fernet keys, separated by commas. The first closes, every one opens, so that a new key is put before the old one.
    What was kept before there was a key stays readable.
    """

    def __init__(self, keys: str | None = None) -> None:
        try:
            fernets = [Fernet(key.strip()) for key in keys.split(",")] if keys else []
        except ValueError as error:
            raise BadInput(
                "SHOP_ENCRYPTION_KEY holds something that is no key.",
                fix="make one with `shop privacy key`; several are separated by commas, the newest first",
            ) from error
        self._box = MultiFernet(fernets) if fernets else None

    def close(self, value: Any) -> Any:
        """The value as it is kept: with a key a text that tells nothing, else itself."""
        if self._box is not None and value is not None:
            return SEALED + self._box.encrypt(json.dumps(value, ensure_ascii=False).encode()).decode()
        # a shopper may type the mark
        return PLAIN + value if isinstance(value, str) and value.startswith((SEALED, PLAIN)) else value

    def open(self, kept: Any) -> Any:
        """The value that was closed; WrongKey when no key opens it."""
        if not isinstance(kept, str) or not kept.startswith((SEALED, PLAIN)):
            return kept
        if kept.startswith(PLAIN):
            return kept.removeprefix(PLAIN)
        if self._box is None:
            raise WrongKey(
                "The conversations are encrypted, and there is no key.",
                fix="set SHOP_ENCRYPTION_KEY to the key that they were written with",
            )
        try:
            return json.loads(self._box.decrypt(kept.removeprefix(SEALED)))
        except InvalidToken as error:
            raise WrongKey(
                "The conversations are encrypted with another key than those of SHOP_ENCRYPTION_KEY.",
                fix="add the key that they were written with after the present one, separated by a comma",
            ) from error


def new_key() -> str:
    """A random key, as SHOP_ENCRYPTION_KEY takes it."""
    return Fernet.generate_key().decode()
