"""A caller's session asks who they are: what is looked up, what the core is told, and what they hear meanwhile."""

import asyncio

import pytest
from msgspec.structs import replace

from cti.agi.ports import Resume
from cti.agi.wire import LEFT, Reply
from cti.core.ids import AgentId, IdentifierId, Language
from cti.core.inputs import CallerRecognised, Input, RouteAsked
from cti.store.pins import Claim
from cti.store.views import CallerFacts
from ivr.flow import Flows, Recognise, Route
from tests.agi.paper import FLOWS, ID, WHO, Paper, World, key

ACCOUNT = IdentifierId("account:77")
ASKED = "STREAM FILE hotline/en/account-number"
ASKED_PIN = "STREAM FILE hotline/en/account-pin"
KEY = "WAIT FOR DIGIT"


def world() -> World:
    made = World()
    made.caller = CallerFacts(identifier=WHO, known=True, language="en", last_agent=AgentId("bo"))
    nodes = {
        "who": Recognise(to="known", otherwise="other", most=6),
        "known": Route(queue="support", priority=7),
        "other": Route(queue="sales"),
    }
    flow = replace(FLOWS.flows["direct"], start="who", person="other", nodes=nodes)
    made.led = Flows({"direct": flow}, FLOWS.system)
    owner = CallerFacts(identifier=ACCOUNT, known=True, tier="gold", last_agent=AgentId("ana"))
    made.claims["123456", "43"] = Claim(how="pin", account=ACCOUNT, facts=owner)
    made.claims["123456", "99"] = Claim(how="wrong_pin", account=ACCOUNT)
    return made


def keyed(first: str, digits: str) -> list[tuple[str, Reply]]:
    return [(first, key(digits[0])), *((KEY, key(one)) for one in digits[1:])]


async def called(made: World, *script: tuple[str, Reply]) -> Paper:
    paper = Paper(made, *script, number="28000001")
    await paper.run()
    return paper


async def test_account_and_pin_tell_the_core_who_it_is_and_lead_and_route_by_them() -> None:
    made = world()
    await called(made, *keyed(ASKED, "123456"), *keyed(ASKED_PIN, "43#"), (KEY, Reply(200, "0")), (KEY, LEFT))
    assert made.said(CallerRecognised) == CallerRecognised(interaction=ID, account=ACCOUNT, how="pin")
    asked = made.said(RouteAsked)
    assert (asked.queue, asked.tier, asked.last_agent) == ("support", "gold", "ana")


async def test_a_wrong_pin_is_told_to_the_core_and_asked_for_once_more() -> None:
    made = world()
    wrong = [*keyed(ASKED, "123456"), *keyed(ASKED_PIN, "99#"), (KEY, Reply(200, "0"))]
    paper = await called(made, *wrong, *wrong, (KEY, LEFT))
    assert [one.how for one in made.told if isinstance(one, CallerRecognised)] == ["wrong_pin", "wrong_pin"]
    assert "en/account-wrong" in paper.heard
    assert "en/account-go-on" in paper.heard
    asked = made.said(RouteAsked)
    assert (asked.queue, asked.tier, asked.last_agent) == ("sales", "", "bo")


async def test_nobody_waits_longer_than_a_second(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = world()
    made.slow_claims = True
    paper = await called(made, *keyed(ASKED, "123456"), *keyed(ASKED_PIN, "43#"), ("STREAM FILE", LEFT))
    asked = made.said(RouteAsked)
    assert (asked.queue, asked.last_agent) == ("sales", "bo")
    assert paper.sent.count("WAIT FOR DIGIT 50") == 20
    assert "took more than 1000 ms" in caplog.text
    assert "123456" not in caplog.text


async def test_a_look_up_that_fails_is_logged_without_what_was_keyed(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(World):
        def recognise(self, account: str, pin: str) -> "asyncio.Future[Claim]":
            future: asyncio.Future[Claim] = asyncio.get_running_loop().create_future()
            future.set_exception(OSError("disk I/O error"))
            return future

    made, broken = world(), Broken()
    broken.caller, broken.led = made.caller, made.led
    await called(broken, *keyed(ASKED, "123456"), *keyed(ASKED_PIN, "43#"), ("STREAM FILE", LEFT))
    assert broken.said(RouteAsked).queue == "sales"
    assert "disk I/O error" in caplog.text
    assert "123456" not in caplog.text


async def test_no_digit_is_in_anything_the_core_is_told() -> None:
    made = world()
    await called(made, *keyed(ASKED, "123456"), *keyed(ASKED_PIN, "43#"), (KEY, Reply(200, "0")), (KEY, LEFT))
    told: list[Input] = made.told
    assert not any("123456" in repr(one) for one in told)


async def test_after_a_restart_the_menu_goes_on_by_whom_they_have_shown_to_be() -> None:
    made = world()
    made.known = Resume(state="flow", position="direct/who/0/0/-", language=Language("en"), queue=None, account=ACCOUNT)
    looked: list[IdentifierId | None] = []
    facts = made.facts
    made.facts = lambda caller: (looked.append(caller), facts(caller))[1]  # type: ignore[method-assign]
    await called(made, (ASKED, LEFT))
    assert looked == [ACCOUNT]
