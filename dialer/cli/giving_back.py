"""`fairdial export results`: what became of a client's accounts, each change once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from dialer.inquiry.given_back import Mark


def results(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where they are written.")],
    client: Annotated[str, typer.Option(help="Whose accounts alone; without it, everybody's.")] = "",
    form: Annotated[str, typer.Option("--as", metavar="csv|xlsx|ygc", help="How they are written.")] = "csv",
    layout: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="The client's own headings and codes.", show_default=False),
    ] = None,
    mark: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Only what came since it was written; it moves on.", show_default=False
        ),
    ] = None,
    firm: Annotated[str, typer.Option(help="Our name in the client's system (ygc).")] = "",
    store: Annotated[str | None, typer.Option(metavar="PATH", help="The store.")] = None,
) -> None:
    """What became of a client's accounts: attempts, promises, requests, holds, under the client's own keys.

    With --mark each change is told once: the mark moves on when the file is written, and not before.
    """
    from dialer.cli.opening import opened_store
    from dialer.files import write_whole
    from dialer.inquiry.delivering import written_results
    from dialer.inquiry.given_back import mark_now, results_between
    from dialer.results.given_back import OURS, As, layout_of

    forms = {each.value: each for each in As}
    if form not in forms:
        raise console.UserError(
            f"nothing is written as {form!r}", where="--as", mend=f"one of {', '.join(forms)}."
        )
    wanted = OURS if layout is None else layout_of(layout)
    since = _read_mark(mark)
    with opened_store(store) as opened:
        until = mark_now(opened)
        found = results_between(opened, since, until, client=client)
        count = written_results(found, out, forms[form], wanted, firm=firm)
    if mark is not None:
        write_whole(mark, f'{{"sequence": {until.sequence}, "at": {until.at!r}}}\n')
    console.result(f"{out}: {count:,} changes")


def _read_mark(path: Path | None) -> Mark:
    import msgspec

    from dialer.files import read_state
    from dialer.inquiry.given_back import Mark

    if path is None or not path.exists():
        return Mark()

    def read(data: bytes) -> Mark:
        try:
            return msgspec.json.decode(data, type=Mark)
        except msgspec.DecodeError as error:
            raise ValueError(str(error)) from error

    return read_state(path, read, what="the mark", mend="delete it, and everything is told again.")
