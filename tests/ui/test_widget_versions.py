"""A version of the widget that a page has pinned by its hash works on after the server has a newer one."""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha384
from pathlib import Path

import pytest
from playwright.sync_api import expect

from assistant.settings import Settings
from retrieval.errors import NotFound
from tests import postgres
from ui.http import create_app
from ui.lane import Lane
from ui.widget_versions import BUILT, WidgetVersions, digest_of

from .live import served
from .shop import open_shop
from .test_browser import LAMPS, MESSAGE, browser, pytestmark
from .test_widget import Visit, visit_at
from .test_widget_forms import host

__all__ = ["browser", "pytestmark", "visit_at"]


def integrity(file: bytes) -> str:
    return "sha384-" + b64encode(sha384(file).digest()).decode()


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another version's files: this one's with a mark, the loader naming its own panel."""
    folder = tmp_path_factory.mktemp("earlier")
    loader, now = ((BUILT / name).read_bytes() for name in ("widget.js", "panel.js"))
    then = now + b"window.earlier=true;"
    for of in (digest_of, integrity):
        loader = loader.replace(of(now).encode(), of(then).encode())
    (folder / "panel.js").write_bytes(then)
    (folder / "widget.js").write_bytes(loader)
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/s.db"
    elif why := postgres.why_not():
        pytest.skip(why)
    else:
        with postgres.running() as url:
            yield url


def test_each_version_that_was_served_is_kept_and_no_other_is_known(url: str, earlier: Path) -> None:
    for built in (earlier, BUILT, BUILT):
        WidgetVersions(url, built).close()
    versions = WidgetVersions(url)
    for folder in (earlier, BUILT):
        for file in folder.glob("*.js"):
            assert gzip.decompress(versions.get(digest_of(file.read_bytes()))) == file.read_bytes()
    with pytest.raises(NotFound, match="0123456789ab"):
        versions.get("0123456789ab")
    versions.close()


def test_a_pinned_tag_works_at_a_server_with_a_newer_version(
    visit_at: Visit, small_store: Path, tmp_path: Path, earlier: Path
) -> None:
    settings = Settings(sessions_url=f"sqlite:///{tmp_path}/s.db")
    WidgetVersions(settings.sessions_url, earlier).close()
    loader = (earlier / "widget.js").read_bytes()
    with (
        open_shop(small_store, LAMPS) as shop,
        served(create_app(shop, Lane(), shop=settings)) as address,
    ):
        tab = visit_at(address)
        host(tab, 'data-site="demo"', integrity=integrity(loader), path=f"widget-{digest_of(loader)}.js")
        tab.open()
        assert tab.run("window.earlier")
        tab.say(MESSAGE)
        expect(tab.card("Brass Desk Lamp")).to_be_visible()
