"""Who may ask the floor of a folder for what: the folder's own token, and one for each agent with a phone."""

from pathlib import Path

from dialer.floor.folder import agent_token, folder_token
from dialer.floor.phones import Phones
from dialer.web.tokens import Role, Token, Tokens, digest_of


def tokens_of_folder(folder: Path, phones: Phones | None = None) -> Tokens:
    """All of them; what is missing is made.

    Raises:
        MendableError: an agent's id cannot be a file's name.
    """
    roles = frozenset({Role.SUPERVISOR, Role.CLERK, Role.WATCHER})
    own = Token(digest=digest_of(folder_token(folder)), roles=roles, name="the token of this folder")
    agents = () if phones is None else phones.agents
    return Tokens([own, *(_token_of(folder, agent) for agent in agents)])


def _token_of(folder: Path, agent: str) -> Token:
    digest = digest_of(agent_token(folder, agent))
    return Token(digest=digest, roles=frozenset({Role.AGENT}), name=agent, agent=agent)
