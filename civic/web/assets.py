"""Files served to browsers: one joined style sheet, one joined script, the rest of `static/` as it is.

Names carry a hash of the content, so that browsers keep them for a year. Nothing is built beforehand.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from civic.errors import NotFound
from civic.i18n import _
from civic.settings import ROOT

STATIC = ROOT / "static"
CSS_FIRST = ("reset", "tokens", "base", "layout")
CSS_LAST = ("utilities", "print")
FOREVER = "public, max-age=31536000, immutable"


@cache
def css() -> bytes:
    """All style sheets in one: foundations, components by name, utilities and print last (the layers decide anyway)."""
    files = {file.stem: file for file in sorted((STATIC / "css").glob("*.css"))}
    names = [name for name in CSS_FIRST if name in files]
    names += [name for name in files if name not in (*CSS_FIRST, *CSS_LAST)]
    names += [name for name in CSS_LAST if name in files]
    text = "\n".join(files[name].read_text() for name in names)
    return _with_addresses(text).encode()


@cache
def js() -> bytes:
    """htmx and our own few lines in one script."""
    files = [*sorted((STATIC / "js").glob("htmx-*.js")), STATIC / "js" / "app.js"]
    return b";\n".join(file.read_bytes() for file in files if file.exists())


@cache
def address(name: str) -> str:
    """The versioned path of a file below `static/` (`civic.css` and `civic.js` are the joined ones)."""
    return f"/static/{_hash(_content(name))}/{name}"


async def serve(request: Request) -> Response:
    """Answer a versioned file; an old version in the address still gets today's content, but is not kept."""
    name = request.path_params["name"]
    if name in ("civic.css", "civic.js"):
        return _joined(request, name)
    file = _below_static(name)
    if file is None:
        raise NotFound(_("Ce fichier n’existe pas."))
    return FileResponse(file, headers={"Cache-Control": _cache_control(request, file.read_bytes())})


def _below_static(name: str) -> Path | None:
    """The file of this name, unless it lies elsewhere or cannot be a name at all (NUL, too long)."""
    try:
        file = (STATIC / name).resolve()
        return file if file.is_relative_to(STATIC) and file.is_file() else None
    except (OSError, ValueError):
        return None


def _joined(request: Request, name: str) -> Response:
    content = _content(name)
    headers = {"Cache-Control": _cache_control(request, content), "Vary": "Accept-Encoding"}
    media_type = "text/css" if name.endswith("css") else "text/javascript"
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = _gzipped(name)
    return Response(content, media_type=media_type, headers=headers)


@cache
def _gzipped(name: str) -> bytes:
    return gzip.compress(_content(name), 9)


def _content(name: str) -> bytes:
    return {"civic.css": css, "civic.js": js}[name]() if name in ("civic.css", "civic.js") else _read(STATIC / name)


def _read(file: Path) -> bytes:
    return file.read_bytes()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]


def _cache_control(request: Request, content: bytes) -> str:
    return FOREVER if request.path_params["version"] == _hash(content) else "no-cache"


def _with_addresses(text: str) -> str:
    """`url(../x)` in a style sheet means a file below static/: write its versioned path."""
    import re

    return re.sub(r"url\([\"']?\.\./([^\"')]+)[\"']?\)", lambda found: f"url({address(found[1])})", text)
