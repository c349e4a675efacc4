"""The CEL file, as Asterisk writes it and as a crash leaves it."""

from pathlib import Path

from cti.ami.cel import ended, read, served, still_there
from cti.core import events as e
from cti.core.ids import AgentId, ChannelId, InteractionId, Ms
from cti.core.inputs import AsteriskUp, ChannelNow, EndedMeanwhile, ServedMeanwhile
from tests.core.play import Play

LINES = (
    '"CHAN_START","1800000000.000000","17.1","c-17-1","17.1","PJSIP/trunk-1",""\n'
    '"HANGUP","1800000012.500000","17.1","c-17-1","17.1","PJSIP/trunk-1",'
    '"{""hangupcause"":16,""hangupsource"":""PJSIP/trunk-1"",""dialstatus"":""""}"\n'
    '"HANGUP","1800000013.000000","17.2","c-17-2","17.2","PJSIP/trunk-2","{""hangupcause"":17}"\n'
    '"HANGUP","not a time","17.3","","17.3","PJSIP/x","{}"\n'
    '"HANGUP","1800000014.0"'
)


def test_only_the_ends_asked_for_are_told(tmp_path: Path) -> None:
    file = tmp_path / "cel.csv"
    file.write_text(LINES)
    assert list(ended(read(file), {ChannelId("17.1")})) == [
        EndedMeanwhile(channel=ChannelId("17.1"), at=Ms(1_800_000_012_500), cause=16)
    ]


def test_damaged_lines_harm_nobody(tmp_path: Path) -> None:
    file = tmp_path / "cel.csv"
    file.write_bytes(b"\xff\xfe half a line\n" + LINES.encode())
    assert [each.cause for each in ended(read(file), {ChannelId("17.2"), ChannelId("17.3")})] == [17]


def test_without_a_file_nothing_ended(tmp_path: Path) -> None:
    assert list(ended(read(tmp_path / "none.csv"), {ChannelId("17.1")})) == []


def test_a_caller_who_goes_between_the_snapshot_and_the_file_is_no_new_caller(tmp_path: Path) -> None:
    play = Play()
    play.table("0 | A calls |")
    file = tmp_path / "cel.csv"
    file.write_text(LINES.splitlines()[1].replace("17.1", "ch-A") + "\n")
    seen = [
        ChannelNow(
            channel=ChannelId(channel),
            name=f"PJSIP/{channel}",
            interaction=InteractionId(interaction),
            up=True,
            bridge=None,
            number="28000001",
        )
        for channel, interaction in (("ch-A", "A"), ("ch-N", "N"))
    ]
    over = list(ended(read(file), play.world.legs))
    for each in over:
        play.say(each)
    play.say(still_there(AsteriskUp(channels=tuple(seen), booted=Ms(1)), over))
    opened = [event.interaction for _, event in play.records if isinstance(event, e.InteractionOpened)]
    assert opened == ["A", "N"]


def row(kind: str, second: float, channel: str, name: str, bridge: str = "b") -> str:
    extra = f'{{""bridge_id"":""{bridge}"",""bridge_technology"":""simple_bridge""}}'
    return f'"{kind}","{1_800_000_000 + second:.6f}","{channel}","","17.1","{name}","{extra}"\n'


def waiting() -> Play:
    """A waits, B talks with bo."""
    play = Play()
    play.table(
        """
        0  | B calls                |
        0  | B asks support         |
        0  | bo ready               |
        1  | B enters x             |
        1  | B.1 enters x           |
        2  | A calls                |
        2  | A asks support         | queued A support
        """
    )
    return play


CALLER, ANA = ("ch-A", "PJSIP/trunk-1"), ("q-1", "PJSIP/ana-web-0000001c")


def test_a_talk_that_went_by_is_told_whoever_came_first(tmp_path: Path) -> None:
    for first, second in ((CALLER, ANA), (ANA, CALLER)):
        file = tmp_path / "cel.csv"
        file.write_text(
            row("BRIDGE_ENTER", 0, "ch-B", "PJSIP/trunk-2", "x")
            + row("BRIDGE_ENTER", 0.1, "B.1.0", "PJSIP/bo-web-1", "x")
            + row("BRIDGE_ENTER", 20, *first)
            + row("BRIDGE_ENTER", 20, *second)
            + row("BRIDGE_EXIT", 50, *second)
            + row("BRIDGE_EXIT", 50.01, *first)
            + row("BRIDGE_EXIT", 60, "ch-B", "PJSIP/trunk-2", "x")
        )
        told = served(read(file), waiting().world)
        assert told == [
            ServedMeanwhile(
                interaction=InteractionId("A"),
                agent=AgentId("ana"),
                talked=Ms(30_000),
                ended=Ms(1_800_000_050_000),
            )
        ]


def test_a_talk_under_way_or_with_a_stranger_is_none_that_went_by(tmp_path: Path) -> None:
    file = tmp_path / "cel.csv"
    file.write_text(row("BRIDGE_ENTER", 20, *CALLER) + row("BRIDGE_ENTER", 20, *ANA))
    assert served(read(file), waiting().world) == []
    strangers = row("BRIDGE_ENTER", 20, *CALLER) + row("BRIDGE_ENTER", 20, "x", "PJSIP/trunk-9")
    file.write_text(strangers + row("BRIDGE_EXIT", 30, *CALLER))
    assert served(read(file), waiting().world) == []
    assert served(read(tmp_path / "none.csv"), waiting().world) == []


def test_an_offer_answered_and_talked_out_without_us_is_an_answered_call() -> None:
    play = Play()
    play.table("0 | A calls |\n1 | A asks support |\n2 | ana ready |\n3 | we restarts |")
    at = Ms(play.now + 60_000)
    play.now = Ms(at + 5_000)
    told = ServedMeanwhile(interaction=InteractionId("A"), agent=AgentId("ana"), talked=Ms(50_000), ended=at)
    came = play.say(told)
    assert came[:2] == ["offer-ended A ana withdrawn", "ana ready"]
    assert came[-3:] == ["connected A ana after 12", "talked A 50 ended-by unknown", "HANGUP A.1.0 26"]
    play.table("70 | A gone | ended A answered; HANGUP A.1.0 26")
