"""A GGUF file made into a folder that transformers opens within a second. Run as a program: prepare.py GGUF FOLDER

Opening a GGUF takes transformers 15 seconds every time (the tokenizer is converted, the weights dequantised), so it is done
once. It runs in a process of its own: a gigabyte goes back at the end, and no library's settings change in ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROBES = (
    "i need a warm desk lamp under $40, 19,99 € at most",
    "<|im_start|>user\nthe second one, in café-brown 🙂🛒 पानी 灯<|im_end|>\n<|im_start|>assistant\n",
    "  spaces\t\tand\n\nlines  <|endoftext|>",
)


def prepare_in_own_process(gguf: Path, folder: Path) -> str | None:
    """Run `prepare` on these paths; None when it worked, else the last thing it said."""
    quiet = {**os.environ, "TQDM_DISABLE": "1", "TRANSFORMERS_VERBOSITY": "error", "HF_HUB_OFFLINE": "1"}
    # -P keeps this folder off the module path, where query.py or store.py would hide others' modules
    command = [sys.executable, "-P", str(Path(__file__).resolve()), str(gguf), str(folder)]
    done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    return (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]


def prepare(gguf: Path, folder: Path) -> None:
    """Write config, weights and tokenizer of the GGUF to `folder`. ValueError when what was written does not read the same.

    The weights are kept in float16: against the dequantised float32 on 80 shopping requests, the most likely token agrees
    on 4,788 of 4,792 (bfloat16: 4,766) and the KL divergence is 3e-6 (6e-5), at the same size. config.json names
    float32, so that whoever asks for no type does not compute in float16, which processors do slowly.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(gguf.parent), gguf_file=gguf.name)
    model = AutoModelForCausalLM.from_pretrained(str(gguf.parent), gguf_file=gguf.name, dtype=torch.float32)
    _plain_copy(model, torch.float16).save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))
    config = folder / "config.json"
    settings = json.loads(config.read_text(encoding="utf-8")) | {"dtype": "float32"}
    for key in ("_name_or_path", "_model_name_or_path", "quantization_config"):
        settings.pop(key, None)
    config.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    _require_same(folder, tokenizer, model)


def _plain_copy(model: Any, dtype: Any) -> Any:
    """The same network without the mark of a GGUF, which transformers refuses to save."""
    from transformers import AutoModelForCausalLM

    config = model.config.__class__(**{k: v for k, v in model.config.to_dict().items() if k != "quantization_config"})
    copy = AutoModelForCausalLM.from_config(config, dtype=dtype)  # type: ignore[no-untyped-call]
    copy.load_state_dict({name: weights.to(dtype) for name, weights in model.state_dict().items()})
    copy.tie_weights()
    copy.generation_config = model.generation_config
    return copy


def _require_same(folder: Path, tokenizer: Any, model: Any) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    saved_tokenizer = AutoTokenizer.from_pretrained(str(folder))
    saved_model = AutoModelForCausalLM.from_pretrained(str(folder), dtype=torch.float32)
    for text in PROBES:
        ids = tokenizer(text)["input_ids"]
        if saved_tokenizer(text)["input_ids"] != ids or saved_tokenizer.decode(ids) != tokenizer.decode(ids):
            raise ValueError(f"the saved tokenizer reads {text!r} differently")
    with torch.inference_mode():
        expected, got = (network(torch.tensor([ids])).logits for network in (model, saved_model))
    if not torch.allclose(expected, got, atol=0.25):
        raise ValueError(f"the saved weights answer differently, by {(expected - got).abs().max():.2f} in a logit")


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), Path(sys.argv[2]))
