"""The `fairdial` command. One file per group of commands; heavy imports happen inside the commands."""

import sys
import zoneinfo
from collections.abc import Sequence

import typer

from dialer.cli import (
    about,
    account,
    account_view,
    alike,
    asterisk,
    attesting,
    backup,
    bench,
    calling,
    certificate,
    console,
    delivering,
    demonstration,
    detection,
    dispositions,
    finding,
    gate,
    intake,
    intake_watch,
    keys,
    law,
    ledger,
    licences,
    mapping,
    network,
    pacing,
    people,
    person,
    promises,
    recordings,
    remittance,
    requests,
    results,
    retention,
    serve,
    shift,
    verifying,
)
from dialer.files import keep_to_owner
from dialer.floor.service_log import log_to_stderr

app = typer.Typer(
    name="fairdial",
    help="Rehearse, replay and prove the work of a debt-collection call centre's dialer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (
    shift,
    results,
    person,
    finding,
    account_view,
    alike,
    dispositions,
    promises,
    remittance,
    ledger,
    retention,
    intake,
    calling,
    attesting,
    about,
    serve,
    demonstration,
    network,
    backup,
    certificate,
    detection,
    verifying,
):
    group.register(app)
app.add_typer(bench.app, name="bench")
app.add_typer(pacing.app, name="pacing")
app.add_typer(law.app, name="law")
app.add_typer(licences.app, name="licences")
app.add_typer(intake_watch.app, name="intake")
app.add_typer(delivering.app, name="deliver")
app.add_typer(mapping.app, name="mapping")
app.add_typer(keys.app, name="keys")
app.add_typer(account.app, name="account")
app.add_typer(people.user_app, name="user")
app.add_typer(people.token_app, name="token")
app.add_typer(people.record_app, name="record")
app.add_typer(requests.app, name="requests")
app.add_typer(gate.app, name="gate")
app.add_typer(asterisk.app, name="asterisk")
app.add_typer(results.export_app, name="export")
app.add_typer(recordings.app, name="recordings")


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line; returns the exit status. A person's mistake never shows a traceback."""
    log_to_stderr()
    try:
        app(list(arguments), prog_name="fairdial")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(bool(leaving.code))
    except KeyboardInterrupt:
        console.err.print("interrupted")
        return 130
    except BrokenPipeError:  # whoever read our output has had enough
        return 0
    except Exception as error:
        known = console.translated(error)
        if known is None:
            raise
        console.complain(known)
        return 1
    return 0


def main() -> None:
    """Entry point of the command."""
    keep_to_owner()
    zoneinfo.reset_tzpath(to=())  # the pinned time-zone rules, never the host's
    sys.exit(run(sys.argv[1:]))
