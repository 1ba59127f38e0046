"""Kind `asked_times`: hours and days the person, or the creditor's file, said not to use.

Values:
    requests: kinds of request that carry times (`inconvenient_times`, `time_preference`, ...).
    respond_once: when the person writes or leaves a message in that time, one answer by the same medium
        before the time ends (comment 6(b)(1)-2).

A request that names no time at all binds always: what was meant is not known.
"""

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.calendar import ZoneDays
from compliance_gate.consents import block_on
from compliance_gate.request import PersonRequest, TimeBlock
from compliance_gate.revocations import has_been_asked
from compliance_gate.rules.base import PASSED, Answer, Denied, Header, Needs, Rule
from compliance_gate.rules.respond import may_respond
from compliance_gate.words import RequestKind, Weekday

_DAYS_AHEAD = 9


class AskedTimesRule(Rule):
    """Times that were said to be inconvenient, and times said to be the only convenient ones."""

    def __init__(self, header: Header, *, kinds: tuple[RequestKind, ...], respond_once: bool) -> None:
        super().__init__(header)
        self.kinds = kinds
        self.respond_once = respond_once

    @property
    def measures(self) -> bool:
        """It forbids, and measures nothing."""
        return False

    @property
    def exceptions(self) -> tuple[str, ...]:
        """The one answer to a message of theirs."""
        return ("respond_once",) if self.respond_once else ()

    def ask(self, question: Question) -> Answer:
        """Denied while the ringing would touch a time that was asked to be left alone, in any zone."""
        asked = question.person.requests
        release: int | None = question.at
        facts: tuple[tuple[str, str], ...] = ()
        for kind in self.kinds:
            for request in asked.get(kind, ()):
                for zone, today in zip(question.zones, question.today, strict=True):
                    if not _in_force(request, zone, today, question.at):
                        continue
                    free = self._free(question, request, zone)
                    if free == question.at:
                        continue
                    facts = facts or _told(request, zone, question.at)
                    release = None if free is None or release is None else max(release, free)
        return PASSED if release == question.at else Denied(facts, release)

    @property
    def needs(self) -> Needs:
        """Without any request no time was asked for."""
        return Needs.REQUESTS

    def values(self) -> tuple[tuple[str, str], ...]:
        """Which requests, and whether one answer is allowed."""
        return (
            ("requests", ", ".join(kind.value for kind in self.kinds)),
            ("respond once", "yes" if self.respond_once else "no"),
        )

    def _free(self, question: Question, request: PersonRequest, zone: ZoneDays) -> int | None:
        """First second from now on that leaves the asked time alone, in one zone; `None` = never."""
        only = request.only
        closed = _closed_blocks(request)
        ends = None if request.until is None else _after(request, zone)
        if not only and not closed:
            return ends
        ring = question.until - question.at
        at = question.at
        for _ in range(_DAYS_AHEAD * 4):
            day = zone.day_of(at)
            if not _in_force(request, zone, day, at):
                return at
            blocked = self._blocked_until(question, zone, day, at, ring, closed)
            outside = _opens(zone, day, at, ring, only) if only else at
            if outside is None:
                return ends
            if blocked == outside == at:
                return at
            at = max(blocked, outside)
            if ends is not None and at >= ends:
                return ends
        return ends

    def _blocked_until(
        self,
        question: Question,
        zone: ZoneDays,
        day: int,
        at: int,
        ring: int,
        closed: tuple[TimeBlock, ...],
    ) -> int:
        for block in closed:
            # A block of the day before may run past midnight; ringing may run into one of tomorrow.
            for begins in (day - 1, day, day + 1):
                span = block_on(block, zone, begins, widest=True)
                if span is not None and at < span[1] and at + ring >= span[0]:
                    if self.respond_once and at == question.at and may_respond(question, since=span[0]):
                        continue
                    return span[1]
        return at


def read_asked_times(header: Header, reader: Reader) -> AskedTimesRule:
    """Make the rule from its values in a law file."""
    kinds = reader.words("requests", RequestKind)
    if not kinds:
        raise reader.fail("requests", "at least one kind of request is required")
    ordered = tuple(kind for kind in RequestKind if kind in kinds)
    return AskedTimesRule(header, kinds=ordered, respond_once=reader.flag("respond_once"))


def _in_force(request: PersonRequest, zone: ZoneDays, today: int, at: int) -> bool:
    if not has_been_asked(request, at, (zone,)):
        return False
    if request.withdrawn_at is not None and request.withdrawn_at.timestamp() <= at:
        return False
    return request.until is None or today <= request.until.toordinal()


def _closed_blocks(request: PersonRequest) -> tuple[TimeBlock, ...]:
    if request.days:
        return (*request.blocks, TimeBlock(days=request.days))
    return request.blocks


def _after(request: PersonRequest, zone: ZoneDays) -> int:
    assert request.until is not None
    return zone.midnight(request.until.toordinal() + 1)


def _opens(zone: ZoneDays, today: int, at: int, ring: int, only: tuple[TimeBlock, ...]) -> int | None:
    """First second from `at` on inside the hours named as the only good ones."""
    for day in range(today - 1, today + _DAYS_AHEAD):
        found: list[int] = []
        for block in only:
            span = block_on(block, zone, day, widest=False)
            # The end itself is outside: "until eight" is not eight.
            if span is not None and max(span[0], at) + ring < span[1]:
                found.append(max(span[0], at))
        if found:
            return min(found)
    return None


def _told(request: PersonRequest, zone: ZoneDays, at: int) -> tuple[tuple[str, str], ...]:
    blocks = [f"not {_block(b)}" for b in _closed_blocks(request)] + [
        f"only {_block(b)}" for b in request.only
    ]
    return (
        ("request", f"{request.type.value} of {request.at.isoformat()}"),
        ("asked", "; ".join(blocks) or "no times given: what was meant is not known"),
        (f"local time in {zone.name}", zone.local(at).strftime("%a %Y-%m-%d %H:%M:%S")),
    )


def _block(block: TimeBlock) -> str:
    days = " ".join(day.value for day in Weekday if day in block.days) or "every day"
    end = "24:00" if block.until is None else block.until.strftime("%H:%M")
    return f"{days} {block.start.strftime('%H:%M')}-{end}"
