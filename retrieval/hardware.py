"""What this processor is good at, asked of the processor itself."""

from __future__ import annotations

from typing import Any


def compute_dtype() -> Any:
    """torch.bfloat16 where the processor multiplies it natively (half the time of float32), else torch.float32.

    oneDNN's own answer is no guide: it takes any AVX-512 for able, and without instructions for it needs four times float32's time.
    """
    import torch

    native = torch.cpu.get_capabilities().get("avx512_bf16", False)
    return torch.bfloat16 if native else torch.float32


def use_threads(count: int) -> None:
    """One setting for every model of the process: two processes that spin on two cores fall to a twentieth of their speed."""
    import torch

    if torch.get_num_threads() != count:
        torch.set_num_threads(count)


def without_progress_bars() -> None:
    """Loading a model prints no bar of its own: the bars of this product are the ones that say what a person waits for."""
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
