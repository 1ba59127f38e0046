"""No deed is lost without a word, whatever becomes of the store."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from dialer.access.record import Deed
from dialer.domain.errors import StoreUnavailableError
from dialer.floor.deeds import Recorder


class _Beside:
    """A store that takes batches, or is away."""

    def __init__(self) -> None:
        self.is_away = True
        self.batches = 0

    async def write(self, _work: object) -> None:
        if self.is_away:
            raise StoreUnavailableError("the store is away")
        self.batches += 1


def deed(who: str) -> Deed:
    return Deed(at=1.0, who=who, action="POST /api/floor/stop")


@pytest.fixture
def beside() -> Any:
    return _Beside()


@pytest.fixture
def waiting(beside: Any, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    monkeypatch.setattr("dialer.floor.deeds.MOST_WAITING", 2)
    return Recorder(beside)


async def told(recorder: Recorder, *names: str) -> list[str]:
    """Whose deeds went to the log while these were told to a store that is away."""
    with capture_logs() as lines:
        for name in names:
            with pytest.raises(StoreUnavailableError):
                await recorder.record(deed(name))
    return [line["who"] for line in lines if line["event"] == "deed.not_in_the_record"]


async def test_a_deed_that_there_is_no_room_for_goes_to_the_log(waiting: Recorder) -> None:
    assert await told(waiting, "ann", "bob", "eve") == ["eve"]
    assert waiting.waiting == 2


async def test_what_waits_is_written_down_when_the_store_is_back_also_where_there_was_no_more_room(
    waiting: Recorder, beside: Any
) -> None:
    """Else nothing of whom it is about would be shown until the floor's next start."""
    assert await told(waiting, "ann", "bob", "eve") == ["eve"]
    beside.is_away = False
    with capture_logs() as lines:
        await waiting.record(deed("kim"))
    assert (beside.batches, waiting.waiting, lines) == (2, 0, [])


async def test_what_waits_when_a_floor_ends_is_written_down(waiting: Recorder, beside: Any) -> None:
    assert await told(waiting, "ann") == []
    beside.is_away = False
    await waiting.finish()
    assert (beside.batches, waiting.waiting) == (1, 0)


async def test_what_cannot_be_written_down_when_a_floor_ends_goes_to_the_log(waiting: Recorder) -> None:
    assert await told(waiting, "ann", "bob") == []
    with capture_logs() as lines:
        await waiting.finish()
    assert [line["who"] for line in lines] == ["ann", "bob"]


class _Silent:
    """A store behind a wire that was cut, until it is mended."""

    def __init__(self) -> None:
        self.mended = asyncio.Event()
        self.batches = 0

    async def write(self, _work: object) -> None:
        await self.mended.wait()
        self.batches += 1


async def test_whoever_asks_is_not_kept_waiting_for_a_store_that_does_not_answer() -> None:
    """Nor is a floor that ends; what was under way is written once, when the store is heard again."""
    silent: Any = _Silent()
    recorder = Recorder(silent, written_s=0.02)
    for count in (1, 2):
        with pytest.raises(StoreUnavailableError, match=r"not written within 0\.02 s"):
            await recorder.record(deed("boss"))
        assert recorder.waiting == count
    with capture_logs() as lines:
        await recorder.finish()
    assert [line["event"] for line in lines] == ["deed.not_in_the_record"] * 2
    silent.mended.set()
    await Recorder(silent).finish()
    while recorder.waiting:
        await asyncio.sleep(0)
    assert silent.batches == 2, "the first, and those that came while it was under way"


class _Slow:
    """A store that answers when it is let, and remembers how many ask at once."""

    def __init__(self) -> None:
        self.answers = asyncio.Event()
        self.batches: list[int] = []
        self.at_once = self.most = 0
        self.is_away = False

    async def write(self, work: Callable[[Any], object]) -> None:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await self.answers.wait()
            if self.is_away:
                raise StoreUnavailableError("the store is away")
            batch = next(cell.cell_contents for cell in work.__closure__ or ())  # pyright: ignore[reportAttributeAccessIssue]  # what it takes along
            self.batches.append(len(batch))
        finally:
            self.at_once -= 1


async def test_many_at_once_share_a_write_and_a_store_that_does_not_answer_has_one_under_way() -> None:
    store = _Slow()
    recorder = Recorder(cast("Any", store), written_s=0.05)
    first = await asyncio.gather(*(recorder.record(deed(str(n))) for n in range(50)), return_exceptions=True)
    again = await asyncio.gather(*(recorder.record(deed(str(n))) for n in range(50)), return_exceptions=True)
    assert {type(each) for each in (*first, *again)} == {StoreUnavailableError}
    assert (store.most, recorder.waiting) == (1, 100)
    assert len(asyncio.all_tasks()) == 2, "this test, and the one write"
    store.answers.set()
    await recorder.finish()
    assert recorder.waiting == 0
    assert sum(store.batches) == 100
    assert len(store.batches) == 2, "the one under way, and all who came since"


async def test_who_comes_during_a_write_that_fails_has_a_write_of_their_own() -> None:
    store = _Slow()
    recorder = Recorder(cast("Any", store), written_s=5.0)
    store.is_away = True
    early = asyncio.ensure_future(recorder.record(deed("ann")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    late = asyncio.ensure_future(recorder.record(deed("bob")))
    await asyncio.sleep(0)
    store.answers.set()
    with pytest.raises(StoreUnavailableError):
        await early
    store.is_away = False
    await late
    assert (store.batches, recorder.waiting) == ([2], 0)
