"""Seals the words of an event before a running engine takes it: what the journal has is sealed."""

import asyncio

from dialer.domain.events import Event
from dialer.domain.spoken_words import subject_of, with_words
from dialer.storage.keys.keyring import Keyring
from dialer.storage.spoken_words import Words


class SealedWords:
    """Of one floor."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def __call__(self, event: Event) -> Event:
        """The event with its words sealed; one without words is itself, and waits for nothing.

        Raises:
            StoreUnavailableError: the keys cannot be read now.
        """
        subject = subject_of(event)
        if subject is None or not _has_words(event):
            return event
        return await asyncio.to_thread(self._sealed, event, subject)

    def _sealed(self, event: Event, subject: str) -> Event:
        words = Words(self._keyring, [subject])
        return with_words(event, lambda text: words.seal(subject, text))


def _has_words(event: Event) -> bool:
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    with_words(event, note)
    return bool(found)
