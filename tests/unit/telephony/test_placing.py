"""An attempt is carried out at most once, whoever orders it and whatever lives there already."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from types import SimpleNamespace
from typing import Any, cast

from dialer.domain.commands import Originate
from dialer.domain.ids import AttemptId
from telephony.asterisk.acts import Told
from telephony.asterisk.adapter_settings import AdapterSettings
from telephony.asterisk.calls import Call, CallBook
from telephony.asterisk.placing import Placing
from telephony.asterisk.terms import Term
from telephony.asterisk.trunks import TrunkPlan


async def test_an_attempt_that_lives_there_from_before_is_not_placed_again() -> None:
    """A store that was put back orders names that its Asterisk still has: the floor died of it."""
    book, told = CallBook(), list[Told]()
    attempt = AttemptId("a1-7")
    book.placed(Call(attempt=attempt))

    async def tell(news: Iterable[Told]) -> None:
        told.extend(news)

    def spawn(work: Coroutine[object, object, None]) -> None:
        work.close()
        raise AssertionError("nothing is sent")

    nothing = cast("Any", None)
    placing = Placing(
        AdapterSettings(trunks=(TrunkPlan(name="trunk"),)),
        link=lambda: nothing,
        calls=book,
        trunks=nothing,
        why_not=lambda: None,
        term=Term(),
        lines=nothing,
        now=lambda: 0.0,
        steady=lambda: 0.0,
        tell=tell,
        spawn=spawn,
    )
    await placing.place(cast("Originate", SimpleNamespace(attempt=attempt)), "+12125550100")
    assert (len(placing), told) == (0, [])
