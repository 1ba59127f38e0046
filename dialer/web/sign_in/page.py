"""The page on which people sign in: plain, readable aloud, without anything from elsewhere."""

from importlib import resources

from fastapi import FastAPI, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from dialer.access.roles import Permission
from dialer.floor.outside_sign_in import SENTENCES, OutsideSignIn, Problem
from dialer.web.declaring import declares
from dialer.web.sign_in.outside import BEGIN_PATH, PAGE

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
FILES = {"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}


def add_sign_in_page(application: FastAPI, outside: OutsideSignIn | None) -> None:
    """`/sign-in` and the two files that it loads."""
    environment = Environment(
        loader=PackageLoader(__package__ or "", "built_in"), autoescape=True, undefined=StrictUndefined
    )
    template = environment.get_template("page.html.j2")
    folder = resources.files(__package__ or "") / "built_in"
    files = {name: (folder / name).read_bytes() for name in FILES}
    anybody = [declares(Permission.ANYBODY)]

    @application.get(PAGE, response_class=Response, include_in_schema=False, dependencies=anybody)
    async def page(told: str = "") -> Response:  # pyright: ignore[reportUnusedFunction]  # FastAPI calls it
        said = {problem.value: sentence for problem, sentence in SENTENCES.items()}
        text = template.render(
            told=said.get(told, ""),
            outside=None if outside is None else outside.settings.title,
            outside_path=BEGIN_PATH,
            leaving=None if outside is None else await outside.leaving(),
            is_late=told == Problem.LATE.value,
        )
        return Response(text, media_type="text/html", headers={"Content-Security-Policy": POLICY})

    @application.get(PAGE + "/{name}", response_class=Response, include_in_schema=False, dependencies=anybody)
    async def file(name: str) -> Response:  # pyright: ignore[reportUnusedFunction]  # as above
        if name not in files:
            return Response("there is no such file", 404, media_type="text/plain")
        return Response(files[name], media_type=FILES[name])
