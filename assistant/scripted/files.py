"""Files of stories, read with the line of every value, so that what is wrong is named by file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from retrieval.errors import BadInput

from ..stories import STORIES, Story

Where = tuple[str | int, ...]
SUFFIXES = (".yaml", ".yml")
_QUOTES = "; a message with a question mark, a comma or a colon needs quotes inside braces"


class StoryError(BadInput):
    """A file of stories that cannot be read; `detail` has a line for each thing that is wrong."""

    slug = "story"


@dataclass(frozen=True)
class Scripted:
    """A story and the place where it stands; `line` counts from 1."""

    story: Story
    file: Path
    line: int

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


def read_stories(paths: Iterable[Path]) -> list[Scripted]:
    """The stories of all files, and of all YAML files under the folders, in the order of their names; StoryError when one is wrong."""
    scripted = [story for path in paths for file in story_files(path) for story in read_file(file)]
    known: dict[str, Scripted] = {}
    for one in scripted:
        other = known.setdefault(one.story.story, one)
        if other is not one:
            raise _wrong(
                f"{one.place}: expected a name of its own, “{one.story.story}” stands in {other.place} already"
            )
    return scripted


def story_files(path: Path) -> list[Path]:
    """The path itself, or the YAML files under it; StoryError when there is none."""
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES)
        if not found:
            raise _wrong(f"{path}: expected a file that ends in .yaml")
        return found
    if not path.is_file():
        raise _wrong(f"{path}: no such file or folder")
    return [path]


def read_file(file: Path) -> list[Scripted]:
    """The stories of one file in their order."""
    try:
        loader = yaml.SafeLoader(file.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        content = None if node is None else loader.construct_document(node)
    except UnicodeDecodeError as error:
        raise _wrong(
            f"{file}: expected UTF-8, got bytes that are not ({error.reason} at byte {error.start})"
        ) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _wrong(f"{file}:{mark.line + 1 if mark else 1}: not YAML: {error.problem or error}{_QUOTES}") from error
    except yaml.YAMLError as error:
        raise _wrong(f"{file}:1: not YAML: {error}") from error
    lines: dict[Where, int] = {(): 1}
    twice = [] if node is None else list(_walk(node, (), lines))
    if twice:
        raise _wrong("\n".join(f"{file}:{line}: {key!r} stands twice, expected once" for key, line in twice))
    try:
        stories = STORIES.validate_python(content)
    except ValidationError as error:
        wrong = error.errors(include_url=False)
        raise _wrong("\n".join(_said(file, one, lines) for one in wrong)) from error
    return [Scripted(story, file, lines[(number,)]) for number, story in enumerate(stories)]


def as_yaml(stories: Sequence[Mapping[str, Any]]) -> str:
    """Stories as the text of a file, keys in the order given, short values on their key's line."""
    return yaml.safe_dump(list(stories), sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)


def _walk(node: yaml.Node, where: Where, lines: dict[Where, int]) -> Iterator[tuple[str, int]]:
    """Notes the line of every value; gives the keys that stand twice, with their lines."""
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _walk(item, (*where, number), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*where, str(key.value))
            if inner in lines:
                yield str(key.value), key.start_mark.line + 1
            lines[inner] = key.start_mark.line + 1
            yield from _walk(value, inner, lines)


def _said(file: Path, wrong: ErrorDetails, lines: dict[Where, int]) -> str:
    """ "lamps.yaml:7: turns.0.intent: Input should be 'search', … (got 'serach')"."""
    where = wrong["loc"]
    known = max((where[:end] for end in range(len(where) + 1) if where[:end] in lines), key=len)
    named = ".".join(map(str, where[1:])) or "the file"
    got = _got(wrong["input"]) if wrong["type"] not in ("missing", "extra_forbidden") else ""
    return f"{file}:{lines[known]}: {named}: {_expected(wrong)}{got}"


def _expected(wrong: ErrorDetails) -> str:
    if wrong["type"] == "extra_forbidden":
        return "no such key here; `shop test --schema` lists those that are expected"
    if wrong["type"] == "missing":
        return "expected, but not there"
    if wrong["type"] == "string_type":
        return "expected a text; put quotes around what YAML reads as something else, such as no, yes or 42"
    return wrong["msg"].removeprefix("Value error, ").replace("Input should be", "expected")


def _got(value: Any) -> str:
    text = repr(value)
    return f" (got {text})" if len(text) <= 60 else ""


def _wrong(detail: str) -> StoryError:
    return StoryError(detail, fix="mend the story; docs/stories.md says what a story may hold")
