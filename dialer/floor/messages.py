"""What a campaign would say to whoever may hear it: looked at before anybody is called.

A text that is left on a machine must be a limited-content message, its parts declared (12 CFR 1006.2(j));
what is played to whoever picked up, before anybody asked who they are, may not say that it is about a debt
(15 USC 1692c(b)). A journal may hold texts of an earlier day that were never asked for their parts: they are
read as they were, and no floor starts with them.
"""

from collections.abc import Iterator, Sequence

from dialer.domain.campaign import CampaignSettings
from dialer.domain.errors import MendableError
from dialer.domain.limited_content import SOURCE, debt_word
from dialer.domain.voice import ApprovedText, SpokenText
from dialer.settings import settings_file

_PARTS = (
    "declare its parts in a [.limited] table: `business` (a name that does not say that debts are "
    "collected), `persons` (a natural person's name) and `numbers` (to call back), and let the words say "
    "these, ask for a call, and say nothing else. config/campaigns/example.toml has one."
)
_NEUTRAL = "use a name and words that do not say it, have them approved, and record the sound anew."


def demand_messages(campaigns: Sequence[CampaignSettings]) -> None:
    """Every text of every campaign may be said where it would be said.

    Raises:
        MendableError: one may not; the campaign, the place in it, the text and what to do are told.
    """
    for settings in campaigns:
        for place, text, is_left in _texts(settings):
            what, mend = _wrong(text, is_left=is_left)
            if what:
                raise MendableError(
                    f"campaign {settings.campaign}, voice.{place}, text {text.sound}: {what}",
                    where=str(settings_file()),
                    mend=mend,
                )
        for place, said in _spoken(settings):
            told = debt_word(said.words)
            if told is not None or said.client != settings.client:
                why = f"it says {told!r}" if told is not None else f"it was approved for {said.client}"
                raise MendableError(
                    f"campaign {settings.campaign}, voice.{place}: {why}",
                    where=str(settings_file()),
                    mend=_NEUTRAL if told is not None else "have it approved for the campaign's client.",
                )


def _texts(settings: CampaignSettings) -> Iterator[tuple[str, ApprovedText, bool]]:
    """(place in the plan, text, whether it is left on machines) of every text."""
    plan = settings.voice
    if plan is None:
        return
    for nth, text in enumerate(plan.messages):
        yield f"messages[{nth}]", text, False
    for nth, text in enumerate(() if plan.voicemail is None else plan.voicemail.texts):
        yield f"voicemail.texts[{nth}]", text, True
    for nth, text in enumerate(() if plan.recording is None else plan.recording.notices):
        yield f"recording.notices[{nth}]", text, False


def _spoken(settings: CampaignSettings) -> Iterator[tuple[str, SpokenText]]:
    """(place in the plan, text) of what agents say before they know whom they talk with."""
    plan = None if settings.voice is None else settings.voice.recording
    for nth, text in enumerate(() if plan is None else plan.spoken):
        yield f"recording.spoken[{nth}]", text
    for nth, text in enumerate(() if plan is None else plan.asked):
        yield f"recording.asked[{nth}]", text


def _wrong(text: ApprovedText, *, is_left: bool) -> tuple[str, str]:
    """(what is wrong, what to do); two empty texts when nothing is."""
    if is_left and text.limited is None:
        return f"it does not say which parts of a limited-content message it has ({SOURCE})", _PARTS
    told = debt_word(text.words)
    if told is not None:
        return f"it says {told!r} to whoever hears it (15 USC 1692c(b))", _NEUTRAL
    return "", ""
