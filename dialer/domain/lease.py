"""Who is in charge of a store that several engines can reach: a lease, as whoever waits for it sees it.

Theory of operation. Whoever is in charge writes a beat down again and again. Whoever waits reads it and
counts by its own steady clock, so no two clocks are ever compared: a beat that did not change for a whole
lease, while the store could be read all that time, is a lease that is over. A store that could not be read
says nothing: the waiting begins anew, or a cut between the one who waits and the store would look like a dead
engine. A lease that was given back is over at once.

A lease alone proves nothing: its holder may be stopped, wake, and go on. So a term comes with it, a number
that only grows; the store refuses what an older term writes, and the telephone system what it dials.
"""

from dataclasses import dataclass

from dialer.domain.transitions import Machine, Word

LEASE_S = 3.0
"""Seconds without a beat after which the lease is over."""

BEAT_S = 0.5
"""Seconds between two beats, and between two looks: a lease outlives several that were lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseReading:
    """The lease as it is written down.

    Args:
        term: of whoever took it last; a later one is greater.
        beat: grows while somebody is in charge.
        holder: who took it; '' = it was given back.
        address: where whoever is in charge can be asked, '' = not told yet.
    """

    term: int
    beat: int
    holder: str
    address: str = ""


class LeaseState(Word):
    UNREAD = "unread"
    """The store was not read since it could not be."""
    HELD = "held"
    OVER = "over"
    """Whoever waits may take it."""


class LeaseMove(Word):
    NOT_READ = "not_read"
    BEAT = "beat"
    """A holder or a beat that was not there at the last look."""
    STILL = "still"
    """As at the last look, and not for a whole lease yet."""
    SILENT = "silent"
    """Without a change for a whole lease."""
    FREE = "free"
    """Given back, or never taken."""


_S, _M = LeaseState, LeaseMove

LEASE: Machine[LeaseState, LeaseMove] = Machine(
    name="lease",
    initial=_S.UNREAD,
    moves={
        _S.UNREAD: {_M.NOT_READ: _S.UNREAD, _M.BEAT: _S.HELD, _M.FREE: _S.OVER},
        _S.HELD: {
            _M.NOT_READ: _S.UNREAD,
            _M.BEAT: _S.HELD,
            _M.STILL: _S.HELD,
            _M.SILENT: _S.OVER,
            _M.FREE: _S.OVER,
        },
        _S.OVER: {
            _M.NOT_READ: _S.UNREAD,
            _M.BEAT: _S.HELD,
            _M.SILENT: _S.OVER,
            _M.FREE: _S.OVER,
        },
    },
)


class LeaseWatch:
    """A lease as one who waits for it sees it.

    Args:
        lasts_s: seconds without a change after which it is over.
    """

    def __init__(self, *, lasts_s: float = LEASE_S) -> None:
        self._lasts_s = lasts_s
        self._last: LeaseReading | None = None
        self._since = 0.0
        self.state = LEASE.initial

    def look(self, reading: LeaseReading | None, *, at: float) -> LeaseState:
        """Take in what was read.

        Args:
            reading: None = the store could not be read.
            at: steady seconds, after the reading came.
        """
        self.state = LEASE.move(self.state, self._move(reading, at))
        return self.state

    def _move(self, reading: LeaseReading | None, at: float) -> LeaseMove:
        before, self._last = self._last, reading
        if reading is None:
            return _M.NOT_READ
        if not reading.holder:
            return _M.FREE
        if before is None or (before.term, before.beat) != (reading.term, reading.beat):
            self._since = at
            return _M.BEAT
        return _M.SILENT if at - self._since >= self._lasts_s else _M.STILL
