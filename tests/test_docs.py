"""What the documentation says is true: commands, settings, intents and files that it names are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.model import INTENTS
from assistant.settings import Settings
from ui.cli import app
from ui.settings import ServerSettings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def names_of_commands() -> set[str]:
    return {info.name or "" for info in (*app.registered_commands, *app.registered_groups)}


@pytest.mark.parametrize("text", [README, API], ids=["README", "api"])
def test_every_command_that_the_documentation_names_is_there(text: str) -> None:
    named = set(re.findall(r"(?:^|`|\| )shop ([a-z]+)", text, re.MULTILINE))
    assert named
    assert named <= names_of_commands()


def test_every_setting_is_documented_and_every_documented_one_is_there() -> None:
    documented = set(re.findall(r"^\| `SHOP_([A-Z_]+)`", API, re.MULTILINE))
    assert documented >= {name.upper() for settings in (Settings, ServerSettings) for name in settings.model_fields}


def test_every_intent_is_documented() -> None:
    assert [intent for intent in INTENTS if intent not in API] == []


def test_every_file_that_the_readme_links_or_names_is_there() -> None:
    linked = re.findall(r"\]\(([^)h#][^)]*)\)", README)
    assert [path for path in linked if not (ROOT / path).exists()] == []


def test_the_documentation_speaks_of_no_machine() -> None:
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("models/*/*.md"), ROOT / "Makefile"]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/work/|/root/|/tmp/", text), path
