"""The AGI codec: environments, replies in any split, and commands that Asterisk reads as they were meant."""

import io
import itertools

import pytest
from asterisk.agi import AGI as Pyst2
from hypothesis import given
from hypothesis import strategies as st
from panoramisk.utils import parse_agi_result

from benchmarks.agi_client import ENVIRONMENT
from cti.agi.wire import (
    COMMAND_LIMIT,
    ENVIRONMENT_LIMIT,
    LINE_LIMIT,
    CommandTooLong,
    Environment,
    Event,
    Garbage,
    HungUp,
    Reply,
    Wire,
    command,
)

CALL = ENVIRONMENT.format(n=7)


def fed(*pieces: bytes) -> list[Event]:
    wire = Wire()
    return [event for piece in pieces for event in wire.feed(piece)]


def replies(data: bytes) -> list[Event]:
    """What follows an environment."""
    first, *rest = fed(CALL.encode(), data)
    assert isinstance(first, Environment)
    return rest


# --- the environment


def test_an_environment_says_whose_call_it_is() -> None:
    (environment,) = fed(CALL.encode())
    assert isinstance(environment, Environment)
    assert environment.script == "call"
    assert environment.args == ("c-1795316288-7", "85230001000")
    assert environment.values["calleridname"] == "王小明 (VIP): 香港"
    assert environment.values["accountcode"] == ""


@pytest.mark.parametrize(
    "number",
    [
        "1\nagi_arg_1: c-victim",
        "1\nagi_uniqueid: 17.1",
        "1\nagi_arg_1: c-victim\n\n",
        "1\nagi_threadid: 1\nagi_arg_1: c-victim\n\n",
        "1\nagi_threadid: 1\nagi_arg_1: c-1",
        "\n\n",
    ],
)
@pytest.mark.parametrize("field", ["callerid", "calleridname", "dnid", "rdnis"])
def test_a_caller_cannot_forge_lines_of_it(field: str, number: str) -> None:
    """Pitfall 42, seen on Asterisk 22.10: `From: <sip:1%0aagi_arg_1%3a...@...>` names another call."""
    lines = CALL.split("\n")
    (at,) = (n for n, line in enumerate(lines) if line.startswith(f"agi_{field}:"))
    lines[at] = f"agi_{field}: {number}"
    first, *_ = fed("\n".join(lines).encode())
    assert isinstance(first, Garbage)


def test_a_line_end_in_a_name_that_forges_nothing_is_no_harm() -> None:
    (environment,) = fed(CALL.replace("王小明", "Bob\nSmith").encode())
    assert isinstance(environment, Environment)
    assert environment.values["calleridname"] == "Bob"
    assert environment.args == ("c-1795316288-7", "85230001000")


@pytest.mark.parametrize(
    "data",
    [b"\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\n", b"agi_request: x\n\n", b"SIP/2.0 200 OK\n"],
)
def test_who_is_no_asterisk_is_found_out(data: bytes) -> None:
    (event,) = fed(data)
    assert isinstance(event, Garbage)


def test_an_endless_environment_or_line_is_given_up() -> None:
    lines = b"".join(b"agi_arg_%d: %b\n" % (n, b"x" * 100) for n in range(ENVIRONMENT_LIMIT // 100))
    assert isinstance(fed(b"agi_request: x\n" + lines)[-1], Garbage)
    assert isinstance(fed(b"agi_request: " + b"x" * (LINE_LIMIT + 1))[-1], Garbage)
    assert isinstance(fed(CALL.encode(), b"200 result=" + b"1" * (LINE_LIMIT + 1))[-1], Garbage)
    assert isinstance(fed(CALL.encode(), b"520-x\n" + b"usage\n" * LINE_LIMIT)[-1], Garbage)


# --- replies


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"200 result=0", Reply(200, "0")),
        (b"200 result=49", Reply(200, "49")),
        (b"200 result=0 endpos=8000", Reply(200, "0", "", 8000)),
        (b"200 result=-1 endpos=123", Reply(200, "-1", "", 123, True)),
        (b"200 result=-1", Reply(200, "-1", "", None, True)),
        (b"200 result=1234", Reply(200, "1234")),
        (b"200 result=12 (timeout)", Reply(200, "12", "timeout")),
        (b"200 result= (timeout)", Reply(200, "", "timeout")),
        (b"200 result=1 (a (b) c)", Reply(200, "1", "a (b) c")),
        (b"200 result=0 (timeout) endpos=800", Reply(200, "0", "timeout", 800)),
        (b"200 result=-1 (hangup) endpos=800", Reply(200, "-1", "hangup", 800, True)),
        (b"200 result=-1 (writefile) endpos=0", Reply(200, "-1", "writefile", 0)),
        (b"510 Invalid or unknown command", Reply(510, "", "Invalid or unknown command")),
        (
            b"511 Command Not Permitted on a dead channel or intercept routine",
            Reply(511, "", "Command Not Permitted on a dead channel or intercept routine", None, True),
        ),
        (b"520 Invalid command syntax.", Reply(520, "", "Invalid command syntax.")),
    ],
)
def test_replies(line: bytes, expected: Reply) -> None:
    """Pitfalls 40, 41: a recording that ended by a hang-up is told; a dead channel's refusal is an end."""
    assert replies(line + b"\n") == [expected]
    wire = Wire()
    wire.feed(CALL.encode())
    quick = wire.reply(line + b"\n")
    assert quick is None or quick == expected


def test_numbers_without_end_are_no_numbers() -> None:
    """Python refuses to make a number of 5,000 digits, by an exception."""
    endless = b"1" * 5000
    for line in (b"200 result=" + endless, b"200 result=0 endpos=" + endless, b"200 result=0 (x) endpos=" + endless):
        (reply,) = replies(line + b"\n")
        assert isinstance(reply, Reply)
        assert reply.key == ""
        wire = Wire()
        wire.feed(CALL.encode())
        assert wire.reply(line + b"\n") is None


def test_keys() -> None:
    assert Reply(200, "49").key == "1"
    assert Reply(200, "35").key == "#"
    assert [Reply(200, result).key for result in ("0", "-1", "", "9999", "x")] == [""] * 5
    assert Reply(200, "0").ok
    assert not Reply(510).ok
    assert not Reply(200, "-1", "", None, True).ok


USAGE = (
    b"520-Invalid command syntax.  Proper usage follows:\n"
    b"Usage: STREAM FILE <filename> <escape digits> [sample offset]\n\nSend the given file.\n200 result=0\n"
    b"520 End of proper usage.\n"
)


def test_a_usage_text_is_one_reply() -> None:
    reply, after = replies(USAGE + b"200 result=1\n")
    assert isinstance(reply, Reply)
    assert reply.code == 520
    assert reply.data.startswith("Invalid command syntax.")
    assert "Send the given file." in reply.data
    assert after == Reply(200, "1")


def test_a_hangup_line_is_seen_anywhere() -> None:
    """Pitfall 38."""
    assert replies(b"HANGUP\n200 result=0\n") == [HungUp(), Reply(200, "0")]
    assert replies(b"200 result=-1\nHANGUP\n") == [Reply(200, "-1", "", None, True), HungUp()]
    assert replies(b"520-x\nHANGUP\n") == [HungUp()]
    assert fed(b"agi_request: x\nHANGUP\n") == [HungUp()]


def test_progress_lines_are_no_replies() -> None:
    assert replies(b"100 result=0 Trying...\n200 result=0\n") == [Reply(200, "0")]


def test_nothing_more_comes_after_garbage() -> None:
    (garbage,) = replies(b"what?\n200 result=0\n")
    assert isinstance(garbage, Garbage)


DATA = (CALL.encode(), b"200 result=0\n", b"HANGUP\n", USAGE, b"200 result=1 (x) endpos=5\n", b"100 result=0 ..\n")


@given(st.lists(st.sampled_from(DATA[1:]), max_size=6), st.lists(st.integers(0, 1500), max_size=8))
def test_any_split_gives_the_same(parts: list[bytes], cuts: list[int]) -> None:
    data = b"".join([DATA[0], *parts])
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    assert fed(*(data[a:b] for a, b in itertools.pairwise(edges))) == fed(data)


@given(st.lists(st.binary(max_size=200), max_size=10), st.booleans())
def test_no_bytes_make_it_raise(pieces: list[bytes], after_environment: bool) -> None:
    wire = Wire()
    if after_environment:
        wire.feed(CALL.encode())
    for piece in pieces:
        assert wire.reply(piece) is None or isinstance(wire.reply(piece), Reply)
        wire.feed(piece)


# --- commands


def parse_args(line: str) -> list[str]:
    """How `parse_args` of res_agi.c splits a command."""
    words: list[str] = []
    word: str | None = None
    quoted = escaped = False
    for letter in line:
        if letter == '"' and not escaped:
            quoted = not quoted
            word = word or ""
        elif letter in " \t" and not quoted and not escaped:
            if word is not None:
                words.append(word)
            word = None
        elif letter == "\\" and not escaped:
            escaped = True
            continue
        else:
            word = (word or "") + letter
        escaped = False
    return words if word is None else [*words, word]


@given(st.lists(st.text(max_size=60), max_size=6))
def test_asterisk_reads_every_word_as_it_was(words: list[str]) -> None:
    line = command("EXEC", *words).decode("utf-8", "surrogateescape")
    assert line.endswith("\n")
    assert not set("\r\n\0") & set(line[:-1])
    meant = [word.translate({0: " ", 10: " ", 13: " "}) for word in words]
    assert parse_args(line[:-1]) == ["EXEC", *meant]


def test_plain_words_are_sent_plain() -> None:
    assert command("STREAM FILE", "hotline/en/welcome", "0123456789*#", 0) == (
        b"STREAM FILE hotline/en/welcome 0123456789*# 0\n"
    )
    assert command("SET VARIABLE", "X", "") == b'SET VARIABLE X ""\n'
    assert command("ANSWER") == b"ANSWER\n"


def test_a_command_never_outgrows_asterisks_buffer() -> None:
    """Pitfall 43."""
    fits = command("SET VARIABLE", "X", "x" * (COMMAND_LIMIT - len("SET VARIABLE X \n")))
    assert len(fits) == COMMAND_LIMIT
    with pytest.raises(CommandTooLong):
        command("SET VARIABLE", "X", "x" * COMMAND_LIMIT)
    with pytest.raises(CommandTooLong):
        command("SET VARIABLE", "X", "王" * 700)


# --- witnesses


@pytest.mark.parametrize("line", [b"200 result=0", b"200 result=49", b"200 result=12 (timeout)", b"200 result=1 (x)"])
def test_panoramisk_and_pyst2_read_the_same(line: bytes) -> None:
    (ours,) = replies(line + b"\n")
    assert isinstance(ours, Reply)
    theirs = parse_agi_result(line.decode())
    assert theirs["status_code"] == ours.code
    assert theirs["result"] == (ours.result, ours.data)

    pyst2 = Pyst2.__new__(Pyst2)
    pyst2.stdin, pyst2.stderr = io.StringIO(line.decode() + "\n"), io.StringIO()
    assert pyst2.get_result()["result"] == (ours.result, ours.data)
