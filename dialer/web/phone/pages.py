"""The built page, under a strict content security policy."""

from importlib import resources
from importlib.resources.abc import Traversable

from fastapi import APIRouter, HTTPException, Response

TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}

NOT_BUILT = """\
<!doctype html><html lang="en"><meta charset="utf-8"><title>Fairdial phone: not built</title>
<h1>The phone page has not been built</h1>
<p>In a checkout: run <code>make phone</code>, then load this page again. It needs a package index once.</p>
<p>An installed wheel has it, unless it was built with <code>FAIRDIAL_WITHOUT_PHONE=1</code>.</p>
</html>
"""


def built_files() -> Traversable:
    """The folder that Vite wrote."""
    return resources.files("dialer.web.phone").joinpath("built")


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


def pages_router(origins: tuple[str, ...], files: Traversable | None = None) -> APIRouter:
    """`/phone/` and what it loads. 503 with the mend while it has not been built."""
    folder = files if files is not None else built_files()
    headers = {
        "Content-Security-Policy": policy(origins),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    router = APIRouter(include_in_schema=False)

    @router.get("/phone", response_class=Response)
    async def to_page() -> Response:  # pyright: ignore[reportUnusedFunction]  # FastAPI calls it
        return Response(status_code=308, headers={"Location": "/phone/"})

    @router.get("/phone/", response_class=Response)
    async def page() -> Response:  # pyright: ignore[reportUnusedFunction]  # as above
        file = folder.joinpath("index.html")
        fresh = {**headers, "Cache-Control": "no-cache"}
        if not file.is_file():
            return Response(NOT_BUILT, 503, media_type=TYPES["html"], headers=fresh)
        return Response(file.read_bytes(), media_type=TYPES["html"], headers=fresh)

    @router.get("/phone/assets/{name}", response_class=Response)
    async def asset(name: str) -> Response:  # pyright: ignore[reportUnusedFunction]  # as above
        """Names carry a hash of their content: they never change."""
        kind = TYPES.get(name.rpartition(".")[2])
        known = {file.name for file in _files_in(folder.joinpath("assets"))}
        if kind is None or name not in known:
            raise HTTPException(404, "no such file")
        kept = {**headers, "Cache-Control": "public, max-age=31536000, immutable"}
        return Response(folder.joinpath("assets", name).read_bytes(), media_type=kind, headers=kept)

    return router


def _files_in(folder: Traversable) -> tuple[Traversable, ...]:
    return tuple(file for file in folder.iterdir() if file.is_file()) if folder.is_dir() else ()
