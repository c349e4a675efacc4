"""A small centre to simulate: one queue, agents who can all do it."""

from random import Random

from cti.core import events as e
from cti.core.ids import AgentId, InteractionId, Ms, QueueId, SkillId
from cti.core.site import Agent, Queue, Site
from cti.simulate.load import Break, Caller, Load, Shift
from cti.simulate.run import run

START = Ms(1_772_413_200_000)
"""Monday, 2 March 2026, 09:00 in Hong Kong."""
SUPPORT = QueueId("support")


def site(agents: int, **queue: int) -> Site:
    people = (
        Agent(id=AgentId(f"a{n}"), name=f"A{n}", work_number=str(n), skills={SkillId("net"): 1}) for n in range(agents)
    )
    asked = Queue(id=SUPPORT, name={"en": "Support"}, skills={SkillId("net"): 1}, **{"wrap_up_s": 0, **queue})
    return Site(
        name={"en": "Test"}, zone="Asia/Hong_Kong", region="HK", queues=(asked,), agents=tuple(people), numbers=()
    )


def caller(number: int, at_s: float, talk_s: float, **more: Ms) -> Caller:
    return Caller(
        id=InteractionId(f"c{number:03}"),
        at=Ms(START + round(at_s * 1000)),
        kind="support",
        queue=SUPPORT,
        talk=Ms(round(talk_s * 1000)),
        **more,
    )


def crowd(calls: int, per_s: float, talk_s: float, seed: int = 1) -> list[Caller]:
    chance, at, found = Random(seed), 0.0, []
    for number in range(calls):
        at += chance.expovariate(per_s)
        found.append(caller(number, at, chance.expovariate(1 / talk_s)))
    return found


def shift(agent: int, begins_s: float = 0, ends_s: float | None = None, *breaks: tuple[float, float]) -> Shift:
    ends = None if ends_s is None else Ms(START + round(ends_s * 1000))
    rests = tuple(Break(Ms(START + round(at * 1000)), Ms(round(lasts * 1000))) for at, lasts in breaks)
    return Shift(AgentId(f"a{agent}"), Ms(START + round(begins_s * 1000)), ends, rests)


def load(of: Site, callers: list[Caller], shifts: list[Shift], lasts_s: float = 3600) -> Load:
    return Load(of, tuple(callers), tuple(shifts), START, Ms(START + round(lasts_s * 1000)), START)


def facts(of: Load) -> list[tuple[Ms, e.Event]]:
    found: list[tuple[Ms, e.Event]] = []
    run(of, lambda at, event: found.append((at, event)))
    return found


def story(of: Load) -> list[str]:
    """What a caller or an agent would notice, with the second in which it happened."""
    told: list[str] = []
    for at, event in facts(of):
        second = f"{(at - START) / 1000:g}"
        match event:
            case e.Connected():
                told.append(f"{second} {event.agent} talks with {event.interaction} after {event.waited / 1000:g}")
            case e.InteractionEnded():
                told.append(f"{second} {event.interaction} {event.how}")
            case e.AgentStateSet(state="not_ready" | "signed_out" | "wrap_up"):
                told.append(f"{second} {event.agent} {event.state}{' ' + event.reason if event.reason else ''}")
            case _:
                pass
    return told
