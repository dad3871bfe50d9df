"""The pytest plugin: `pytest --stories DIR --store DIR` makes each story a test, with a diff of what was expected and what came."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # every run of pytest imports this file, most of them to test something else
    from assistant import Assistant
    from assistant.scripted.files import Scripted


class StoryFailed(Exception):
    """A story did not go as expected; its text is the diff."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("stories", "scripted dialogues with a shopping assistant")
    group.addoption(
        "--stories", action="append", default=[], metavar="PATH", help="play the stories of a file or folder"
    )
    group.addoption("--store", metavar="DIR", help="the store that the stories speak of; the demo shop without")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--stories"):
        config.pluginmanager.register(StoriesPlugin(config), "shop-stories-run")
        paths = [str(Path(path).resolve()) for path in config.getoption("--stories")]
        config.args[:] = paths if config.args_source is not config.ArgsSource.ARGS else [*config.args, *paths]


class StoriesPlugin:
    """One opened assistant for all stories of a run."""

    def __init__(self, config: pytest.Config) -> None:
        self._store: str | None = config.getoption("--store")
        self._assistant: Assistant | None = None

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        from assistant.scripted.files import SUFFIXES

        return StoryFile.from_parent(parent, path=file_path) if file_path.suffix in SUFFIXES else None

    def pytest_unconfigure(self) -> None:
        if self._assistant is not None:
            self._assistant.close()

    def assistant(self) -> Assistant:
        """The assistant over the store, opened for the first story that is played."""
        from assistant import Assistant

        from .cli.demo import store_or_demo

        if self._assistant is None:
            self._assistant = Assistant.open(store_or_demo(Path(self._store) if self._store else None))
        return self._assistant


class StoryFile(pytest.File):
    """A file of stories."""

    def collect(self) -> Iterable[StoryItem]:
        from assistant.scripted.files import StoryError, read_file

        try:
            stories = read_file(self.path)
        except StoryError as error:
            raise self.CollectError(error.detail) from error
        return [StoryItem.from_parent(self, name=one.story.story, scripted=one) for one in stories]


class StoryItem(pytest.Item):
    """A story. One that is expected to fail is a strict xfail: when it passes, the run fails."""

    def __init__(self, *, scripted: Scripted, **rest: Any) -> None:
        super().__init__(**rest)
        self.scripted = scripted
        if reason := scripted.story.expected_to_fail:
            self.add_marker(pytest.mark.xfail(reason=reason, strict=True, raises=StoryFailed))

    def runtest(self) -> None:
        from assistant.scripted.run import play

        from .story_report import diff

        plugin = self.config.pluginmanager.get_plugin("shop-stories-run")
        assert isinstance(plugin, StoriesPlugin)
        result = play(self.scripted, plugin.assistant())
        if not result.as_expected:
            raise StoryFailed(diff(result))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, StoryFailed) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.scripted.line - 1, self.name
