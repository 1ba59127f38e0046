"""Errors of the core: each says whose fault it is and what to do."""


class FairdialError(Exception):
    """Base of every error that Fairdial raises on purpose."""


class MendableError(FairdialError):
    """Something that whoever set the installation up, or asked, can mend: what is wrong, where, and how.

    Args:
        what: what is wrong, in one sentence.
        where: the file, line, option or place.
        mend: what to do.
    """

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend


class InvalidFactError(FairdialError):
    """A value handed in is outside what its field may hold. The caller's fault: mend it, send again."""


class PhoneTakenError(InvalidFactError):
    """Another agent is logged in at the telephone. Log them out there, or take another."""


class IllegalTransitionError(FairdialError):
    """An event that the present state does not admit. Nothing was changed.

    The sender's fault when it comes from outside (late or doubled events are dropped and counted by the
    engine); a defect of the engine when it comes from within.
    """

    def __init__(self, machine: str, state: str, event: str, *, allowed: tuple[str, ...]) -> None:
        super().__init__(
            f"{machine}: {event} is not possible in {state}; "
            f"possible there: {', '.join(allowed) or 'nothing'}"
        )
        self.machine = machine
        self.state = state
        self.event = event
        self.allowed = allowed


class UnknownThingError(FairdialError):
    """An id that nobody has told the engine about. Configure or log in the thing first."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"unknown {kind} {name!r}")
        self.kind = kind
        self.name = name


class QuarantinedError(FairdialError):
    """A defect of ours: the event could not be worked through and was put aside. Nothing that it asked for
    was done, and whom it names are held until a person has looked. Mend the defect; tell it again.
    """


class StoreUnavailableError(FairdialError):
    """The store cannot take or give anything now: disk full, read-only, locked by another engine, gone.

    Nothing of the batch was written. The operator's fault to mend; the floor stops launching until it is,
    and what was not committed has not happened.
    """


class StoreDamagedError(StoreUnavailableError):
    """The store's file is cut off, has holes, or is no store of this program. A copy is to be restored."""


class TelephoneSystemUnavailableError(FairdialError):
    """There is no connection to the telephone system: nothing was handed over and nothing will be later.

    The operator's fault to mend; the runtime asks again by itself, with growing pauses.
    """


class OlderTermError(MendableError):
    """Another engine is in charge, in a later term: this one rings nobody any more, and ends."""

    def __init__(self, *, mine: int, held: int) -> None:
        super().__init__(
            f"another engine is in charge of the telephone system, in term {held}; this one's was {mine}: "
            "it has ended, and the other has its calls",
            mend="start it again with --standby: it waits until it is needed.",
        )
        self.held = held


class NotTakenError(FairdialError):
    """The floor did not take what it was told: it is full, or about to stop. Nothing was taken and nothing
    will be; whoever asked asks again.
    """
