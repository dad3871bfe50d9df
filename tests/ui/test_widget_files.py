"""The widget's shipped files: small, up to date with their sources, served with the right headers."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ui.http import create_app
from ui.lane import Lane
from ui.widget_versions import BUILT, digest_of

from .shop import open_shop

WIDGET = BUILT.parent
NODE = shutil.which("node")


@pytest.fixture(scope="module")
def client(small_store: Path) -> Iterator[TestClient]:
    with open_shop(small_store) as shop, TestClient(create_app(shop, Lane())) as client:
        yield client


@pytest.mark.parametrize(("name", "most"), [("widget.js", 2 * 1024), ("panel.js", 25 * 1024)])
def test_the_files_keep_to_their_size_gzipped(name: str, most: int) -> None:
    assert len(gzip.compress((WIDGET / "dist" / name).read_bytes())) < most


@pytest.mark.skipif(NODE is None, reason="no node on the PATH")
@pytest.mark.skipif(not (WIDGET / "node_modules").exists(), reason="no build tools: run `make widget`")
def test_the_shipped_files_are_those_that_the_sources_give(tmp_path: Path) -> None:
    subprocess.run([str(NODE), str(WIDGET / "build.mjs"), str(tmp_path)], check=True, timeout=60)
    for name in ("widget.js", "panel.js"):
        assert (tmp_path / name).read_bytes() == (WIDGET / "dist" / name).read_bytes(), "run `make widget`"


def test_the_loader_names_the_panel_that_is_served_and_both_are_there_by_their_hash(client: TestClient) -> None:
    loader, panel = ((BUILT / name).read_bytes() for name in ("widget.js", "panel.js"))
    named = f"widget/panel-{digest_of(panel)}.js"
    assert named in client.get("/widget.js").text
    for path, file in ((named, panel), (f"widget-{digest_of(loader)}.js", loader)):
        answer = client.get("/" + path)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.content == file
    assert client.get("/widget.js").headers["cache-control"] == "public, max-age=300"


def test_a_client_without_gzip_gets_the_file_as_it_is(client: TestClient) -> None:
    answer = client.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.content == (WIDGET / "dist" / "widget.js").read_bytes()


@pytest.mark.parametrize("path", ["/widget/panel-0.js", "/widget-0.js", "/widget/pages/demo.html"])
def test_what_is_not_there_is_a_problem_document(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_no_source_writes_text_as_markup() -> None:
    sources = [path.read_text(encoding="utf-8") for path in [*WIDGET.glob("src/*.js"), *WIDGET.glob("pages/*.js")]]
    assert len(sources) > 5
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert not any(word in source for source in sources), word


def test_the_package_for_bundlers_has_the_module_that_is_served(client: TestClient) -> None:
    package = json.loads((WIDGET / "npm" / "package.json").read_text(encoding="utf-8"))
    assert {path.name for path in (WIDGET / "npm").iterdir()} == {"package.json", *package["files"]}
    answer = client.get("/widget/mount.js")
    assert answer.content == (WIDGET / "npm" / "mount.js").read_bytes()
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["access-control-allow-origin"] == "*"
