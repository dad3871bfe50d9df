"""The widget's files, prebuilt in ui/widget/dist, and its pages: a pretend shop, one that writes and tests the snippet, a frame."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from retrieval.errors import NotFound

from .desk import AtDesk

_HERE = Path(__file__).parent / "widget"
_SHORT, _FOREVER = "public, max-age=300", "public, max-age=31536000, immutable"
# The files are public and say nothing about a visitor; pages elsewhere need both headers to check their integrity.
_ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}

# The pages' own policy: nothing inline, nothing from elsewhere but the pictures that the feed names.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: http: https:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'"
)
_PARTS = ("pages.css", "install.js", "frame.js")

router = APIRouter(include_in_schema=False)


@router.get("/widget.js")
def loader(request: Request) -> Response:
    """What a shop's page loads; short in the cache, since it names the panel that belongs to it."""
    return _file(request, "dist/widget.js")


@router.get("/widget-{digest}.js")
@router.get("/widget/panel-{digest}.js")
def version(request: Request, digest: str, desk: AtDesk) -> Response:
    """The loader that a page has pinned, or a loader's panel, under the hash of its bytes, so that a browser may keep it for ever."""
    return _answer(request, desk.widget.get(digest), ".js", _ANYWHERE | {"Cache-Control": _FOREVER})


@router.get("/widget-demo")
def demo(request: Request) -> Response:
    """A pretend shop with the widget on it."""
    return _file(request, "pages/demo.html")


@router.get("/widget-install")
def install(request: Request) -> Response:
    """Writes the snippet and tries it out."""
    return _file(request, "pages/install.html")


@router.get("/widget-frame")
def frame(request: Request, desk: AtDesk) -> Response:
    """The widget alone, for an `<iframe>` on a page of one of the sites; the browser lets nobody else frame it."""
    answer = _file(request, "pages/frame.html")
    answer.headers["Content-Security-Policy"] = " ".join((_POLICY, *sorted(desk.sites.origins)))
    return answer


@router.get("/widget/mount.js")
def mount(request: Request) -> Response:
    """The module that puts the widget on a page by a call."""
    return _file(request, "npm/mount.js")


@router.get("/widget/check")
def check(desk: AtDesk, response: Response, site: str = "", origin: str = "") -> dict[str, bool]:
    """Whether a site has this key, and whether pages of the origin may use it. Any page may ask: one that may not cannot tell otherwise."""
    response.headers.update(_ANYWHERE)
    known = desk.sites.get(site)
    return {"known": known is not None, "allowed": known is not None and origin in known.origins}


@router.get("/widget/pages/{name}")
def part(request: Request, name: str) -> Response:
    """A style sheet or script of the pages."""
    if name not in _PARTS:
        raise NotFound(f"No file {name!r} is here.", fix="see /widget-demo and /widget-install")
    return _file(request, f"pages/{name}")


@cache
def _zipped(name: str) -> bytes:
    return gzip.compress((_HERE / name).read_bytes(), mtime=0)


def _file(request: Request, name: str) -> Response:
    headers = {"Content-Security-Policy": _POLICY} if name.startswith("pages/") else _ANYWHERE
    return _answer(request, _zipped(name), Path(name).suffix, headers | {"Cache-Control": _SHORT})


def _answer(request: Request, zipped: bytes, suffix: str, headers: dict[str, str]) -> Response:
    """The file, unpacked for whoever does not take it gzipped."""
    headers = headers | {"Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(zipped), media_type=_TYPES[suffix], headers=headers)
    return Response(zipped, media_type=_TYPES[suffix], headers=headers | {"Content-Encoding": "gzip"})
