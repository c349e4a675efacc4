"""The AMI codec: any split, hostile bytes, and what Asterisk escapes and what it does not."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from panoramisk.message import Message as PanoramiskMessage

from benchmarks.ami_stream import BANNER, call
from cti.ami.wire import MESSAGE_LIMIT, Decoder, Message, clean, undo_escapes
from tests.ami.events import block, event

WANTED = frozenset({b"Newchannel", b"Newstate", b"Hangup", b"BridgeEnter", b"PeerStatus", b"VarSet", b"QueueEntry"})


def decoded(*pieces: bytes) -> tuple[list[Message], Decoder]:
    decoder = Decoder(WANTED)
    return [message for piece in pieces for message in decoder.feed(piece)], decoder


def one(raw: bytes) -> Message:
    messages, _ = decoded(BANNER + raw)
    (message,) = messages
    return message


# --- framing


@given(st.lists(st.integers(0, 4000), max_size=12))
def test_any_split_gives_the_same_messages(cuts: list[int]) -> None:
    data = BANNER + b"".join(call(0)[:9]) + b"nonsense\r\n\r\n" + block("Response: Success", "ActionID: 1")
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    whole, about_whole = decoded(data)
    parts, about_parts = decoded(*(data[a:b] for a, b in pairwise(edges)))
    assert parts == whole
    assert len(whole) == 5
    assert (
        (about_parts.skipped, about_parts.strange_count) == (about_whole.skipped, about_whole.strange_count) == (5, 1)
    )


def test_one_byte_at_a_time_keeps_a_name_whole() -> None:
    """Pitfall 4: a character cut at a chunk's edge."""
    data = BANNER + event("Hangup", "Cause: 16", name="王小明")
    messages, _ = decoded(*(data[at : at + 1] for at in range(len(data))))
    assert [message.text("CallerIDName") for message in messages] == ["王小明"]


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_no_bytes_make_it_raise(pieces: list[bytes]) -> None:
    decoder = Decoder(WANTED)
    for piece in pieces:
        for message in decoder.feed(piece):
            message.get("Uniqueid")
            message.text("CallerIDName")
            message.variables()
            list(message.headers())


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=10), st.integers(1, 50))
def test_hostile_bytes_are_cut_the_same_at_every_split(pieces: list[bytes], size: int) -> None:
    data = BANNER + b"\r\n\r\n".join(pieces) + b"\r\n\r\n" + event("Hangup", "Cause: 16")
    whole, about = decoded(data)
    parts, about_parts = decoded(*(data[at : at + size] for at in range(0, len(data), size)))
    assert parts == whole
    assert about_parts.strange_count == about.strange_count
    assert whole[-1].kind == b"Hangup"


def test_the_banner_stands_alone_and_a_wrong_one_is_reported() -> None:
    messages, decoder = decoded(b"Asterisk Call", b" Manager/11.0.0\r", b"\nResponse: Success\r\n\r\n")
    assert decoder.banner == "Asterisk Call Manager/11.0.0"
    assert [message.get("Response") for message in messages] == ["Success"]
    _, decoder = decoded(b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n")
    assert decoder.strange[0].why == "not an AMI banner"


def test_a_message_without_end_is_dropped_and_the_next_one_is_not() -> None:
    flood = BANNER + b"Event: Hangup\r\nX: " + b"x" * (2 * MESSAGE_LIMIT)
    after = b"\r\n\r\n" + event("Hangup", "Cause: 16")
    for pieces in ([flood + after], [flood, after], [flood[: MESSAGE_LIMIT + 9], flood[MESSAGE_LIMIT + 9 :], after]):
        messages, decoder = decoded(*pieces)
        assert [message.get("Cause") for message in messages] == ["16"]
        assert [strange.why for strange in decoder.strange] == ["too long"]
        assert all(len(strange.raw) <= 200 for strange in decoder.strange)


def test_a_lone_line_feed_or_return_stays_in_its_value() -> None:
    message = one(event("Hangup", "Cause: 16", number="1\nUniqueid: 17.1\r"))
    assert message.get("CallerIDNum") == "1\nUniqueid: 17.1\r"
    assert message.get("Uniqueid") == "1795316288.2"


def test_events_nobody_wants_are_counted_and_not_kept() -> None:
    messages, decoder = decoded(BANNER + b"".join(block(f"Event: Kind{n}", "A: b") for n in range(5000)))
    assert messages == []
    assert decoder.skipped == 5000
    assert decoder.strange_count == 0


def test_ten_thousand_hostile_events_harm_nobody() -> None:
    decoder = Decoder(WANTED)
    decoder.feed(BANNER)
    for n in range(10_000):
        hostile = (b"Event: \r\n\r\n", b"\xff\xfe\x00\r\n\r\n", b": \r\n: \r\n\r\n", b"Event: Hangup\r\n\r\n")[n % 4]
        decoder.feed(hostile)
    assert decoder.strange_count == 7500
    assert len(decoder.strange) == 32
    (message,) = decoder.feed(event("Hangup", "Cause: 16"))
    assert message.get("Cause") == "16"


# --- headers


def test_repeated_headers_are_all_there() -> None:
    message = one(event("Hangup", "Cause: 16"))
    assert message.all("ChanVariable") == ["HL_ID=c-1795316288-2", "HL_OFFER="]
    assert message.variables() == {"HL_ID": "c-1795316288-2"}


def test_a_header_is_matched_whole_and_may_be_empty_or_absent() -> None:
    message = one(event("BridgeEnter", "SwapUniqueid: 9.9", "Last: "))
    assert message.get("Uniqueid") == "1795316288.2"
    assert message.get("AccountCode") == ""
    assert message.get("Last") == ""
    assert message.get("Unique") is None
    assert one(block("Response: Error", "Message: no")).get("Response") == "Error"


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n"), max_size=80))
def test_any_value_comes_back(value: str) -> None:
    assert one(event("Hangup", f"X: {value}")).get("X") == value


def test_other_encodings_are_read_value_by_value() -> None:
    """Pitfall 4: names in Latin-1 or cp1251 beside UTF-8 ones."""
    raw = event("Hangup", name="王小明").replace(b"Exten: 100", "Exten: Müller".encode("latin-1"))
    message = one(raw)
    assert message.get("Exten") == "Müller"
    assert message.get("CallerIDName") == "王小明"


# --- escapes


@pytest.mark.parametrize(
    ("sent", "meant"),
    [(r"O\'Brien", "O'Brien"), (r"a\\nb", r"a\nb"), (r"a\nb", "a\nb"), (r"why\?", "why?"), ("\\", "\\")],
)
def test_a_channels_names_are_escaped(sent: str, meant: str) -> None:
    """Pitfall 1: `ast_escape_c` on the names of channel events."""
    assert one(event("Newchannel", name=sent)).text("CallerIDName") == meant


def test_the_same_name_comes_raw_in_other_events() -> None:
    """Pitfall 1: QueueEntry prints the name as it is."""
    raw = block("Event: QueueEntry", "Queue: hl-a", "CallerIDName: O'Brien \\n", "Wait: 3")
    assert one(raw).text("CallerIDName") == r"O'Brien \n"
    assert one(event("Newchannel", number=r"1\n")).text("CallerIDNum") == r"1\n"
    assert one(event("VarSet", "Variable: X", r"Value: a\nb")).text("Value") == "a\nb"


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=60))
def test_undoing_escapes_is_the_inverse_of_asterisks(text: str) -> None:
    pairs = {"\a": "a", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v"}
    pairs |= {letter: letter for letter in "\\'\"?"}
    assert undo_escapes("".join(f"\\{pairs[letter]}" if letter in pairs else letter for letter in text)) == text


@given(st.text())
def test_no_value_of_ours_begins_a_header(value: str) -> None:
    """Pitfall 5."""
    cleaned = clean(value)
    assert not set("\r\n\0") & set(cleaned)
    cleaned.encode()


# --- a witness


def test_panoramisk_reads_the_same_from_whole_messages() -> None:
    for raw in call(5):
        text = raw.decode().removesuffix("\r\n\r\n")
        theirs = PanoramiskMessage.from_line(text)
        ours = Message(b"", raw.removesuffix(b"\r\n\r\n"))
        for name, _ in ours.headers():
            expected = theirs[name]
            assert (ours.all(name) if isinstance(expected, list) else ours.get(name)) == expected
