"""When two texts name one account, person or client: their case and the width of their signs mean nothing."""

import unicodedata


def folded(key: str) -> str:
    """The key as it is compared."""
    if key.isascii():
        return key.lower()
    return unicodedata.normalize("NFKC", key).casefold()
