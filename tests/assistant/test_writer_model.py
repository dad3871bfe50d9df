"""The local writer over a model of random weights: the same machinery, none of the sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.build import build_writer
from assistant.settings import Settings
from assistant.writing.model import ModelWriter
from assistant.writing.wording import Report, spoken
from retrieval.errors import ModelError
from tests.assistant.test_claims import script
from tests.assistant.tiny_model import make_tiny_model

TEMPLATE = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_tiny_model(tmp_path_factory.mktemp("tiny"))
    (folder / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
    return folder


def drafted(folder: Path, seed: int) -> str:
    writer = ModelWriter(folder, token_limit=40, temperature=1.0, seed=seed, timeout_s=60)
    return "".join(writer.draft(script()))


def test_the_same_seed_draws_the_same_words_and_another_seed_others(folder: Path) -> None:
    assert drafted(folder, 1) == drafted(folder, 1) != drafted(folder, 2)


def test_nonsense_is_stopped_and_the_composed_words_are_said(folder: Path) -> None:
    report = Report()
    text = list(spoken(script(), ModelWriter(folder, token_limit=40, temperature=1.0, timeout_s=60), report))
    assert text == list(script().free)
    assert report.passed == []
    assert report.stopped


def test_a_writer_that_is_too_slow_is_given_up(folder: Path) -> None:
    report = Report()
    assert list(spoken(script(), ModelWriter(folder, timeout_s=0), report)) == list(script().free)
    assert "took over 0 s" in report.failure


def test_a_model_too_small_to_write_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"1 are needed to write\. Fix: name a larger model"):
        build_writer(Settings(llm_writes=True, llm_folder=folder))
    assert isinstance(
        build_writer(Settings(llm_writes=True, llm_folder=folder, llm_least_parameters=1_000)), ModelWriter
    )


def test_a_folder_without_a_model_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=str(tmp_path)):
        ModelWriter(tmp_path)
