"""Imports point one way, ui -> assistant -> retrieval, and importing a package loads nothing heavy and prints nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {
    "retrieval": {"retrieval"},
    "assistant": {"retrieval", "assistant"},
    "ui": {"retrieval", "assistant", "ui"},
}
OURS = {"retrieval", "assistant", "ui", "demo", "tests"}
HEAVY = ("torch", "transformers", "chromadb", "sentence_transformers", "peft", "gradio", "llguidance")
WEB = {"fastapi", "starlette", "uvicorn", "gradio", "sse_starlette"}
VAGUE = ("utils", "util", "helpers", "helper", "manager", "data", "process", "misc", "common")


def _modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def _imported(file: Path) -> Iterator[str]:
    """The top-level packages that a module imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_one_way(package: str) -> None:
    modules = _modules(package)
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules
        for name in _imported(file)
        if name in OURS - MAY_IMPORT[package]
    ]
    assert len(modules) > 5
    assert wrong == []


@pytest.mark.parametrize("package", ["retrieval", "assistant"])
def test_no_web_below_the_border(package: str) -> None:
    assert [file.name for file in _modules(package) if WEB & set(_imported(file))] == []


def test_importing_loads_nothing_heavy_and_prints_nothing() -> None:
    script = f"import sys, assistant, retrieval.index; print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_no_module_has_a_name_that_holds_anything() -> None:
    files = [file for package in MAY_IMPORT for file in _modules(package)]
    assert [str(file.relative_to(ROOT)) for file in files if file.stem in VAGUE] == []


def test_every_intent_has_an_action() -> None:
    from assistant.actions import ACTIONS
    from assistant.model import INTENTS

    assert set(ACTIONS) == set(INTENTS)
