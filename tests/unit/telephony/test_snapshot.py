"""What lives at Asterisk, from its two lists."""

from __future__ import annotations

from dialer.domain.ids import AttemptId
from telephony.asterisk.snapshot import reconciled, snapshot_of
from telephony.asterisk.wire import AmiMessage


def channel(name: str, bridge: str, *, state: str = "Up") -> AmiMessage:
    own = "PJSIP/seat-1-0000002a"
    return AmiMessage({"uniqueid": name, "bridgeid": bridge, "channelstatedesc": state, "channel": own})


def bridge(name: str, technology: str) -> AmiMessage:
    return AmiMessage({"bridgeuniqueid": name, "bridgetechnology": technology})


ROOMS = (bridge("w", "holding_bridge"), bridge("b", "simple_bridge"))


def test_who_waits_in_a_room_with_others_talks_to_nobody() -> None:
    snapshot = snapshot_of(ROOMS, (channel("fd.call.a", "w"), channel("fd.agent.1.anna", "w")))
    found = reconciled(snapshot)
    assert (found.live, dict(found.talking), found.agents) == (("a",), {}, ("anna",))


def test_who_shares_a_bridge_talks() -> None:
    listed = (channel("fd.call.a", "b"), channel("fd.agent.1.anna", "b"), channel("1732.9", "b"))
    assert dict(reconciled(snapshot_of(ROOMS, listed)).talking) == {"a": "anna"}


def test_channels_of_others_are_not_ours() -> None:
    assert not snapshot_of(ROOMS, (channel("1732.9", ""), channel("fd.ear.3", ""))).channels


def test_a_leg_that_still_rings_is_no_agent_yet() -> None:
    snapshot = snapshot_of((), (channel("fd.agent.1.anna", "", state="Ringing"),))
    assert reconciled(snapshot).agents == ()


def test_the_phone_is_read_from_asterisk_s_own_name_of_the_channel() -> None:
    snapshot = snapshot_of((), (channel("fd.agent.1.anna", ""),))
    assert snapshot.channels["fd.agent.1.anna"].endpoint == "seat-1"


def test_what_was_handed_over_since_counts_as_living() -> None:
    also = (AttemptId("z"), AttemptId("a"))
    assert reconciled(snapshot_of((), ()), also=also).live == ("a", "z")
