"""The built page, under a strict content security policy."""

import os
from collections.abc import Mapping
from pathlib import Path

from fastapi import FastAPI, HTTPException, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from dialer.access.roles import Permission
from dialer.web.declaring import declares

PathLike = str | os.PathLike[str]

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

NOT_BUILT = """\
<!doctype html><html lang="en"><meta charset="utf-8"><title>Fairdial phone: not built</title>
<h1>The phone page has not been built</h1>
<p>In a checkout: run <code>make phone</code>, then load this page again. It needs a package index once.</p>
<p>An installed wheel has it, unless it was built with <code>FAIRDIAL_WITHOUT_PHONE=1</code>.</p>
</html>
"""


def built_files() -> Path:
    """The folder that Vite wrote; a wheel is unpacked where it is installed."""
    return Path(__file__).parent / "built"


def policy(origins: tuple[str, ...]) -> str:
    """The content security policy of the page.

    Args:
        origins: web sockets that it may connect to besides this server.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            " ".join(("connect-src 'self'", *origins)),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


class BuiltFiles(StaticFiles):
    """The page's own files: of known kinds only, with the page's headers. Their names carry a hash of their
    content, so that they never change."""

    def __init__(self, folder: Path, headers: Mapping[str, str]) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._headers = {**headers, "Cache-Control": "public, max-age=31536000, immutable"}

    async def check_config(self) -> None:
        """A folder that was not built holds nothing: 404, and no defect."""

    def file_response(
        self, full_path: PathLike, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file as it is served. Raises HTTPException for a kind that no page has."""
        kind = TYPES.get(Path(full_path).suffix)
        if kind is None:
            raise HTTPException(404, "no such file")
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update({**self._headers, "Content-Type": kind})
        return response


def add_pages(application: FastAPI, origins: tuple[str, ...], files: Path | None = None) -> None:
    """`/phone/` and what it loads. 503 with the mend while it has not been built."""
    folder = files if files is not None else built_files()
    headers = {
        "Content-Security-Policy": policy(origins),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }

    anybody = [declares(Permission.ANYBODY)]

    @application.get("/phone", response_class=Response, include_in_schema=False, dependencies=anybody)
    async def to_page() -> Response:  # pyright: ignore[reportUnusedFunction]  # FastAPI calls it
        return Response(status_code=308, headers={"Location": "/phone/"})

    @application.get("/phone/", response_class=Response, include_in_schema=False, dependencies=anybody)
    async def page() -> Response:  # pyright: ignore[reportUnusedFunction]  # as above
        file = folder / "index.html"
        fresh = {**headers, "Cache-Control": "no-cache"}
        if not file.is_file():
            return Response(NOT_BUILT, 503, media_type=TYPES[".html"], headers=fresh)
        return Response(file.read_bytes(), media_type=TYPES[".html"], headers=fresh)

    application.mount("/phone/assets", BuiltFiles(folder / "assets", headers))
