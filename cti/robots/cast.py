"""Who plays in the demonstration: the callers a flow can meet, and the agents to serve them all."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from cti.core.ids import Language, QueueId, SkillId
from cti.core.requirement import first_stage, requirement
from cti.core.site import Agent, Site, Skills
from ivr.flow import PERSON_KEY, AskLanguage, Branch, Collect, Flow, Hangup, Menu, Route

_USUAL = {"hours": "open", "known": "no"}
"""The case of a branch that robots are: strangers, and there is nobody to call while it is closed."""
_FARTHEST = 30
"""Nodes on the way to a line: a flow that goes round and round is left."""


class Wish(Struct, frozen=True, kw_only=True):
    """A kind of caller: what they press, and in which line that brings them."""

    keys: tuple[str, ...] = ()
    """What is pressed at each question."""
    language: Language | None = None
    queue: QueueId = QueueId("")
    skills: Skills = {}


def wishes(flow: Flow) -> list[Wish]:
    """Every kind of caller who gets in line, in the order of the keys."""
    return list(_walk(flow, flow.start, Wish(), 0))


def _walk(flow: Flow, name: str, so_far: Wish, steps: int) -> Iterator[Wish]:
    if steps > _FARTHEST:
        return
    node = flow.nodes[name]
    ways: list[tuple[str, Wish]] = []
    match node:
        case Route():
            skills = {SkillId(skill): level for skill, level in node.skills.items()}
            yield replace(so_far, queue=QueueId(node.queue), skills=skills)
        case Hangup():
            return
        case AskLanguage():
            ways = [
                (node.to, replace(so_far, keys=(*so_far.keys, key), language=Language(language)))
                for key, language in node.choices.items()
            ]
        case Menu():
            # The way to a person is there for people who are lost; robots never are.
            ways = [
                (choice.to, replace(so_far, keys=(*so_far.keys, key)))
                for key, choice in node.choices.items()
                if key != PERSON_KEY
            ]
        case Branch():
            case = node.cases.get(_USUAL.get(node.on, ""), node.otherwise) or next(iter(node.cases.values()))
            ways = [(case, so_far)]
        case Collect():
            digits = "1" * node.least + ("#" if node.most > node.least else "")
            ways = [(node.to, replace(so_far, keys=(*so_far.keys, digits)))]
        case _:
            ways = [(node.to, so_far)]
    for to, wish in ways:
        yield from _walk(flow, to, wish, steps + 1)


def able(site: Site, agents: Sequence[Agent], wish: Wish) -> int:
    """How many of these agents could serve such a caller without a wait."""
    queue = site.queue_by_id.get(wish.queue)
    if queue is None:
        return 0
    asked = requirement(queue, wish.skills, wish.language)
    return sum(first_stage(agent.skills, asked) == 0 for agent in agents)


def choose(site: Site, wanted: Sequence[Wish], most: int) -> list[Agent]:
    """At most so many agents with a desk phone, so that as many kinds of callers as can be have somebody, and then
    somebody more."""
    left = [agent for agent in site.agents if agent.desk_phone]
    chosen: list[Agent] = []
    while left and len(chosen) < most:
        # A second agent for a line is worth less than a first for another.
        worth = {
            agent.id: sum(able(site, [agent], wish) * 10.0 ** -able(site, chosen, wish) for wish in wanted)
            for agent in left
        }
        best = max(left, key=lambda agent: worth[agent.id])
        chosen.append(best)
        left.remove(best)
    return chosen
