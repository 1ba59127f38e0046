"""The built page, under a strict content security policy."""

from pathlib import Path

from fastapi import FastAPI, Response

from dialer.access.roles import Permission
from dialer.web.declaring import declares
from dialer.web.pages.files import TYPES, BuiltFiles

NOT_BUILT = """\
<!doctype html><html lang="en"><meta charset="utf-8"><title>Fairdial phone: not built</title>
<h1>The phone page has not been built</h1>
<p>In a checkout: run <code>make pages</code>, then load this page again. It needs a package index once.</p>
<p>An installed wheel has it, unless it was built with <code>FAIRDIAL_WITHOUT_PAGES=1</code>.</p>
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
