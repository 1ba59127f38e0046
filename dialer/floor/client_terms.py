"""The house's own file of what each client's contract says of accounts and money.

The file is beside the settings (`fairdial-clients.toml`), or where the setting `clients` says;
`config/fairdial-clients.example.toml` shows all of it. It is read whenever it is asked for, so that a command
and a floor that runs go by what it says now.

    [[clients]]
    client = "acme"
    balance_owner = "client"                                 # client, system_of_record, ours
    allocation = ["cost", "fee", "interest", "principal"]    # payments are laid on these in this order
"""

import tomllib
from dataclasses import dataclass

from dialer.casework.ledger.terms import ClientTerms, Contracts, contracts_of
from dialer.domain.errors import FairdialError, MendableError
from dialer.settings import load_settings, settings_file
from dialer.settings_reader import SettingsReader

FILE = "fairdial-clients.toml"
EXAMPLE = "config/fairdial-clients.example.toml shows a whole file."


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    clients: tuple[ClientTerms, ...] = ()


def client_contracts() -> Contracts:
    """Every client's terms; nobody's where there is no file.

    Raises:
        MendableError: the file cannot be read, or the settings name one that is not there.
    """
    setting = load_settings().clients
    path = settings_file().parent / (setting or FILE)
    if not path.exists():
        if setting is not None:
            raise MendableError(
                "the setting `clients` names no file", where=str(path), mend="check the path."
            )
        return contracts_of(())
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MendableError(str(error), where=str(path), mend=EXAMPLE) from error
    read = SettingsReader().read(_File, table, where=str(path), mend=EXAMPLE)
    try:
        return contracts_of(read.clients)
    except FairdialError as error:
        raise MendableError(str(error), where=str(path), mend=EXAMPLE) from error
