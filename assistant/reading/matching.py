"""What a grammar allows next and what it forces, by llguidance's matcher."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def allowed_tokens(matcher: Any) -> NDArray[np.int64]:
    """Ids of the tokens that the grammar allows next, ascending."""
    import numpy as np

    bits = np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(bits, bitorder="little"))


def with_forced(token: int, matcher: Any) -> list[int]:
    """This token and those that the grammar forces after it; the matcher has then taken all of them."""
    matcher.consume_token(token)
    forced: list[int] = matcher.compute_ff_tokens()
    matcher.consume_tokens(forced)
    return [token, *forced]
