"""The application at `/`: one page, served under a strict content security policy."""

import secrets
from pathlib import Path

from fastapi import FastAPI, Response

from dialer.access.roles import Permission
from dialer.web.declaring import declares
from dialer.web.pages.files import TYPES, BuiltFiles

NONCE = "FAIRDIAL-NONCE"
"""Stands in the built page for the word by which it may make style sheets of its own; new each time."""

_LETTERS_OF_A_NONCE = 16

NOT_BUILT = """\
<!doctype html><html lang="en"><meta charset="utf-8"><title>Fairdial: not built</title>
<h1>The pages have not been built</h1>
<p>In a checkout: run <code>make pages</code>, then load this page again. It needs a package index once.</p>
<p>An installed wheel has them, unless it was built with <code>FAIRDIAL_WITHOUT_PAGES=1</code>.</p>
<p>The floor works without them: <a href="/sign-in">sign in</a>, <a href="/phone/">the agents' phone</a>, and
its description for programs, <a href="/openapi.json">/openapi.json</a>.</p>
</html>
"""


def built_files() -> Path:
    """The folder that Vite wrote; a wheel is unpacked where it is installed."""
    return Path(__file__).parent / "built"


def policy(nonce: str) -> str:
    """The content security policy of the page.

    Args:
        nonce: by which it may make style sheets; '' = it may make none.
    """
    styles = "style-src 'self'" + (f" 'nonce-{nonce}'" if nonce else "")
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            styles,
            "img-src 'self'",
            "connect-src 'self'",
            "media-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _headers(nonce: str = "") -> dict[str, str]:
    return {
        "Content-Security-Policy": policy(nonce),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "microphone=(), camera=(), geolocation=()",
    }


def add_application_page(application: FastAPI, files: Path | None = None) -> None:
    """`/` and what it loads. 503 with the mend while it has not been built."""
    folder = files if files is not None else built_files()

    @application.get(
        "/", response_class=Response, include_in_schema=False, dependencies=[declares(Permission.ANYBODY)]
    )
    async def page() -> Response:  # pyright: ignore[reportUnusedFunction]  # FastAPI calls it
        file = folder / "index.html"
        if not file.is_file():
            return Response(NOT_BUILT, 503, media_type=TYPES[".html"], headers=_headers())
        nonce = secrets.token_urlsafe(_LETTERS_OF_A_NONCE)
        text = file.read_text(encoding="utf-8").replace(NONCE, nonce)
        return Response(text, media_type=TYPES[".html"], headers=_headers(nonce))

    application.mount("/assets", BuiltFiles(folder / "assets", _headers()))
