"""The CEL file, as Asterisk writes it and as a crash leaves it."""

from pathlib import Path

from cti.ami.cel import ended
from cti.core.ids import ChannelId, Ms
from cti.core.inputs import EndedMeanwhile

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
    assert list(ended(file, {ChannelId("17.1")})) == [
        EndedMeanwhile(channel=ChannelId("17.1"), at=Ms(1_800_000_012_500), cause=16)
    ]


def test_damaged_lines_harm_nobody(tmp_path: Path) -> None:
    file = tmp_path / "cel.csv"
    file.write_bytes(b"\xff\xfe half a line\n" + LINES.encode())
    assert [e.cause for e in ended(file, {ChannelId("17.2"), ChannelId("17.3")})] == [17]


def test_without_a_file_nothing_ended(tmp_path: Path) -> None:
    assert list(ended(tmp_path / "none.csv", {ChannelId("17.1")})) == []
