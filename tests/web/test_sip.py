"""Which SIP of a browser passes, and the way of it to the exchange and back."""

import asyncio
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.core.commands import RingAgent
from cti.core.ids import Phone
from cti.core.inputs import PhoneReachable
from cti.web import sip
from cti.web.sip import Gate, Malformed, Verdict, parse
from tests.conftest import eventually
from tests.examples import examples
from tests.web.conftest import Client, Exchange, Rig, ready

NUMBERS = frozenset({"28000000", "+85228000001"})


def message(
    method: str = "INVITE",
    target: str = "sip:28000000@hotline.example",
    user: str = "guest-1",
    to: str = "<sip:28000000@hotline.example>",
    call: str = "call-1",
    extra: str = "",
    body: str = "",
    length: int | None = None,
) -> str:
    """A request as JsSIP writes it."""
    size = len(body.encode()) if length is None else length
    return (
        f"{method} {target} SIP/2.0\r\n"
        "Via: SIP/2.0/WSS abc.invalid;branch=z9hG4bK1\r\n"
        "Max-Forwards: 69\r\n"
        f"To: {to}\r\n"
        f'From: "A guest" <sip:{user}@hotline.example>;tag=x1\r\n'
        f"Call-ID: {call}\r\n"
        f"CSeq: 1 {method}\r\n"
        f"{extra}"
        f"Content-Length: {size}\r\n\r\n{body}"
    )


def judge(gate: Gate, text: str) -> Verdict:
    return gate.judge(parse(text))


def guest() -> Gate:
    return Gate("guest-1", NUMBERS)


def agent() -> Gate:
    return Gate("ana-web", None)


def test_a_guest_may_call_the_hotline_and_nothing_else() -> None:
    assert judge(guest(), message()) is Verdict.PASS
    assert judge(guest(), message(target="sip:+85228000001@hotline.example")) is Verdict.PASS
    for target in (
        "sip:0035191234567@hotline.example",
        "sip:ana-web@hotline.example",
        "sip:28000000%40evil@hotline.example",
        "sip:28000000@evil@hotline.example",
        "sip:28000000;x=y@hotline.example",
        "sip:28000000:pw@hotline.example",
        "sip:hotline.example",
        "tel:28000000",
        "sip:2800000",
    ):
        assert judge(guest(), message(target=target)) is Verdict.REFUSE, target


def test_nobody_is_anybody_else() -> None:
    assert judge(guest(), message(user="guest-2")) is Verdict.REFUSE
    assert judge(guest(), message(user="ana-web")) is Verdict.REFUSE
    assert judge(agent(), message(user="ana-web")) is Verdict.PASS
    assert judge(agent(), message(user="bo-web")) is Verdict.REFUSE
    double = message().replace('"A guest" <sip:guest-1@', '"sip:ana-web@x" <sip:guest-1@')
    assert judge(guest(), double) is Verdict.REFUSE


def test_only_ones_own_phone_registers_and_a_guests_never() -> None:
    own = message("REGISTER", "sip:hotline.example", "ana-web", "<sip:ana-web@hotline.example>")
    assert judge(agent(), own) is Verdict.PASS
    others = message("REGISTER", "sip:hotline.example", "ana-web", "<sip:bo-web@hotline.example>")
    assert judge(agent(), others) is Verdict.REFUSE
    tagged = message("REGISTER", "sip:hotline.example", "ana-web", "<sip:bo-web@hotline.example>;tag=1")
    assert judge(agent(), tagged) is Verdict.REFUSE
    borrowed = message("REGISTER", "sip:hotline.example", "guest-1", "<sip:guest-1@hotline.example>")
    assert judge(guest(), borrowed) is Verdict.REFUSE


def test_credentials_are_ones_own() -> None:
    for header in ("Authorization", "Proxy-Authorization"):
        good = message(extra=f'{header}: Digest username="guest-1", realm="asterisk", nonce="1"\r\n')
        assert judge(guest(), good) is Verdict.PASS
        for name in ('"ana-web"', "ana-web", '"guest-1", username="ana-web"'):
            bad = message(extra=f'{header}: Digest username={name}, realm="asterisk"\r\n')
            assert judge(guest(), bad) is Verdict.REFUSE, name
    for header in ("P-Asserted-Identity", "Remote-Party-ID", "P-Preferred-Identity"):
        assert judge(guest(), message(extra=f"{header}: <sip:ana-web@x>\r\n")) is Verdict.REFUSE


def test_inside_a_call_and_only_there_the_from_may_be_what_asterisk_called_us() -> None:
    gate = agent()
    bye = message("BYE", "sip:asterisk@127.0.0.1:8088", "r4nd0m", "<sip:28000000@hotline.example>;tag=a")
    assert judge(gate, bye) is Verdict.REFUSE
    gate.heard(message("INVITE", "sip:r4nd0m@abc.invalid", "asterisk"))
    assert judge(gate, bye) is Verdict.PASS
    ringing = "SIP/2.0 180 Ringing\r\nCall-ID: call-1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
    assert judge(gate, ringing) is Verdict.PASS
    assert judge(gate, ringing.replace("call-1", "call-2")) is Verdict.DROP
    tagged = message("INVITE", user="bo-web", to="<sip:28000000@hotline.example>;tag=forged", call="call-9")
    assert judge(gate, tagged) is Verdict.REFUSE


def test_a_guests_own_call_may_be_ended_cancelled_and_answered_to() -> None:
    gate = guest()
    assert judge(gate, message("CANCEL")) is Verdict.REFUSE
    assert judge(gate, message("ACK")) is Verdict.DROP
    assert judge(gate, message()) is Verdict.PASS
    assert gate.called
    to = "<sip:28000000@hotline.example>;tag=a"
    for method in ("ACK", "BYE", "INFO", "UPDATE", "CANCEL", "INVITE"):
        assert judge(gate, message(method, to=to)) is Verdict.PASS, method
    for method in ("REFER", "MESSAGE", "SUBSCRIBE", "PUBLISH", "NOTIFY"):
        assert judge(gate, message(method, to=to)) is Verdict.REFUSE, method


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\r\n\r\n",
        "INVITE sip:x SIP/2.0\r\n",
        message(length=3),
        message() + message("REGISTER", user="ana-web"),
        message(body="v=0", length=0),
        message(extra="From: <sip:ana-web@x>\r\n"),
        message(extra="f: <sip:ana-web@x>\r\n"),
        message(extra="F : <sip:ana-web@x>\r\n"),
        message(extra="i: other\r\n"),
        message(extra="l: 0\r\n"),
        message(extra="X: 1\r\n folded\r\n"),
        message(extra="X: 1\nFrom: <sip:ana-web@x>\r\n"),
        message(extra="X: \0\r\n"),
        message(extra="no colon\r\n"),
        message().replace("CSeq: 1 INVITE", "CSeq: 1 REGISTER"),
        message().replace("SIP/2.0\r\nVia", "SIP/1.0\r\nVia"),
        message().replace("INVITE sip", "invite sip"),
        message(body="x" * 70_000),
    ],
)
def test_what_is_not_plainly_a_message_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse(text)


@given(st.text(alphabet=st.sampled_from('SIP/2.0 INVITEsip:@<>;tag=\r\n\0:,"x'), max_size=200))
@examples(200)
def test_no_text_makes_the_parser_fail_in_another_way(text: str) -> None:
    for each in (text, message(extra=f"X: {text}\r\n"), message(to=text), message(target=text or "x")):
        try:
            parsed = parse(each)
        except Malformed:
            continue
        guest().judge(parsed)
        sip.forbidden(parsed)


def test_a_refusal_is_an_answer_a_phone_understands() -> None:
    text = sip.forbidden(parse(message(target="sip:999@hotline.example")))
    answer = parse(text)
    assert text.startswith("SIP/2.0 403 ")
    assert answer.one("call-id") == "call-1"
    assert answer.one("cseq") == "1 INVITE"
    assert "tag=" in answer.one("to")
    assert answer.one("via").startswith("SIP/2.0/WSS abc.invalid")


# --- over the wire


async def connect(client: Client, rig: Rig, path: str = "/api/v1/sip") -> aiohttp.ClientWebSocketResponse:
    return await client.http.ws_connect(rig.base + path, protocols=("sip",))


async def closed(socket: aiohttp.ClientWebSocketResponse) -> None:
    async with asyncio.timeout(10):
        while not socket.closed:
            await socket.receive()


async def test_an_agents_phone_reaches_the_exchange_and_back(rig: Rig, exchange: Exchange) -> None:
    client = await rig.signed_in("ana")
    phone = await connect(client, rig)
    assert phone.protocol == "sip"
    register = message("REGISTER", "sip:hotline.example", "ana-web", "<sip:ana-web@hotline.example>")
    await phone.send_str(register)
    assert await exchange.hear() == register
    await exchange.sockets[0].send_str("SIP/2.0 200 OK\r\nCall-ID: call-1\r\nContent-Length: 0\r\n\r\n")
    assert (await phone.receive_str()).startswith("SIP/2.0 200 OK")
    await phone.send_str("\r\n\r\n")
    assert await phone.receive_str() == "\r\n"
    await phone.send_str(message(user="bo-web"))
    assert (await phone.receive_str()).startswith("SIP/2.0 403")
    assert exchange.heard.empty()
    await client.good("DELETE", "/api/v1/session")
    await closed(phone)

    async def over() -> bool:
        return exchange.sockets[0].closed

    await eventually(over, "the exchange's side is closed, too")


async def test_a_phone_stays_in_its_window_until_another_asks_for_it_and_a_talk_keeps_it_there(
    rig: Rig, exchange: Exchange
) -> None:
    client = await rig.signed_in("ana")
    first = await connect(client, rig, "/api/v1/sip?window=a")
    second = await connect(client, rig, "/api/v1/sip?window=b")
    await closed(second)
    assert (first.closed, second.close_code) == (False, 4409)
    # The same window may have lost its connection without a word.
    again = await connect(client, rig, "/api/v1/sip?window=a")
    await closed(first)
    await client.good("POST", "/api/v1/phone/release")
    await closed(again)
    assert again.close_code == 4409
    there = await connect(client, rig, "/api/v1/sip?window=b")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    assert (await client.bad(409, "POST", "/api/v1/phone/release"))["type"] == "call-under-way"
    assert not there.closed
    last = await connect(client, rig, "/api/v1/sip?window=b")
    await closed(there)
    assert not last.closed
    # A window that is closed has let go by that.
    await last.close()

    async def free() -> bool:
        window = await connect(client, rig, "/api/v1/sip?window=c")
        try:
            await window.receive_str(timeout=0.1)
        except TimeoutError:
            return not window.closed
        except TypeError:
            return False
        return True

    await eventually(free, "the next window has it")


async def test_what_rings_in_a_frozen_window_rings_in_the_one_that_asks_for_the_phone(
    rig: Rig, exchange: Exchange
) -> None:
    client, phone = await rig.signed_in("ana"), Phone("ana-web")
    frozen = await connect(client, rig, "/api/v1/sip?window=a")
    await rig.say(*ready("ana"), PhoneReachable(phone=phone, reachable=True))
    await rig.waiting_call()
    asked = asyncio.create_task(client.good("POST", "/api/v1/phone/release"))

    async def cut() -> bool:
        return exchange.sockets[0].closed

    await eventually(cut, "the exchange has lost it")
    assert not frozen.closed, "nobody reads there: it takes no goodbye in, and gives none"
    assert not asked.done(), "the exchange has not said so"
    await rig.say(PhoneReachable(phone=phone, reachable=False))
    await asked
    here = await connect(client, rig, "/api/v1/sip?window=b")
    await rig.say(PhoneReachable(phone=phone, reachable=True))
    assert not here.closed
    rung = [one for one in rig.commands if isinstance(one, RingAgent)]
    assert [one.offer for one in rung] == ["c-1.1", "c-1.2"]


async def test_nobody_else_reaches_it(rig: Rig, exchange: Exchange) -> None:
    nobody = rig.client()
    await nobody.bad(401, "GET", "/api/v1/sip")
    await nobody.bad(403, "GET", "/api/v1/sip?guest=made-up")
    assert exchange.sockets == []


async def test_what_is_malformed_ends_the_connection(rig: Rig, exchange: Exchange) -> None:
    client = await rig.signed_in("ana")
    phone = await connect(client, rig)
    await phone.send_str(message(user="ana-web", length=99))
    await closed(phone)
    assert phone.close_code == 1008
    assert exchange.heard.empty()


async def test_a_guests_line_is_used_once_and_ends_when_given_back(rig: Rig, exchange: Exchange) -> None:
    page = rig.client()
    lease = await page.good("POST", "/api/v1/guest/call", {})
    phone = await connect(page, rig, lease["ws"])
    await page.bad(403, "GET", lease["ws"])
    await phone.send_str(message("REGISTER", "sip:hotline.example", "guest-1", "<sip:guest-1@hotline.example>"))
    assert (await phone.receive_str()).startswith("SIP/2.0 403")
    await phone.send_str(message())
    assert (await exchange.hear()).startswith("INVITE sip:28000000@")
    await page.good("DELETE", "/api/v1/guest/call", headers={"X-Guest": lease["token"]})
    await closed(phone)
    await page.bad(403, "GET", lease["ws"])


async def test_closing_the_page_gives_the_line_back(rig: Rig, exchange: Exchange) -> None:
    page = rig.client()
    lease = await page.good("POST", "/api/v1/guest/call", {})
    await page.good("POST", "/api/v1/guest/call", {})
    await page.bad(429, "POST", "/api/v1/guest/call", {})
    phone = await connect(page, rig, lease["ws"])
    await phone.close()

    async def free() -> bool:
        return (await page.ask("POST", "/api/v1/guest/call", {}))[0] == 201

    await eventually(free, "the line is free again")


async def test_without_the_exchange_it_says_so(rig: Rig, exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await rig.signed_in("ana")

    async def refused(*args: object, **more: object) -> None:
        raise aiohttp.ClientConnectionError("nobody there")

    monkeypatch.setattr(aiohttp.ClientSession, "ws_connect", refused)
    problem = await client.bad(503, "GET", "/api/v1/sip")
    assert "doctor" in problem["todo"]


async def test_a_browser_that_goes_before_it_is_answered_is_no_fault_of_ours(
    rig: Rig, exchange: Exchange, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = await rig.signed_in("ana")
    real = aiohttp.ClientSession.ws_connect
    begun, gone, met = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(self: aiohttp.ClientSession, url: Any, **more: Any) -> Any:
        if "/api/v1/" in str(url):
            return await real(self, url, **more)
        begun.set()
        await gone.wait()
        try:
            return await real(self, url, **more)
        finally:
            met.set()

    monkeypatch.setattr(aiohttp.ClientSession, "ws_connect", slow)
    page = asyncio.create_task(connect(client, rig))
    await asyncio.wait_for(begun.wait(), 10)
    page.cancel()
    await asyncio.gather(page, return_exceptions=True)
    gone.set()
    await asyncio.wait_for(met.wait(), 10)
    await client.good("GET", "/api/v1/session")
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_flood_ends_the_connection(rig: Rig, exchange: Exchange) -> None:
    client = await rig.signed_in("ana")
    phone = await connect(client, rig)
    for number in range(400):
        await phone.send_str(message("OPTIONS", user="ana-web", call=f"c{number}"))
    await closed(phone)
    assert phone.close_code == 1008
