"""`fairdial certificate`: a self-signed certificate for a lab or a demonstration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialer.cli import console


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(certificate)


def certificate(
    folder: Annotated[Path, typer.Argument(help="Where it goes: certificate.pem and key.pem.")],
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="A host name or address that it is for; several may be given."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=397, help="How long it lasts.")] = 90,
) -> None:
    """Make a self-signed certificate, for a lab or a demonstration, and say what to set.

    Browsers take it only from whoever compares its fingerprint. A real floor has one from an authority.
    """
    from datetime import UTC, datetime

    from dialer.clock import posix_now
    from dialer.floor.certificates import fingerprint_of, make_self_signed

    now = datetime.fromtimestamp(posix_now(), UTC)
    files = make_self_signed(folder, name or ["localhost", "127.0.0.1"], days=days, now=now)
    console.result("[http.tls]")
    console.result(f'certificate = "{files.certificate.absolute()}"')
    console.result(f'key = "{files.key.absolute()}"')
    console.say(f"its fingerprint (SHA-256): {fingerprint_of(files)}")
