"""What callers are told of their wait, and how it came out.

A number is said when it is better, or when the place has moved on enough. One that got worse is said only when what was
said before is more likely to be broken than not, and with the reason.
"""

from msgspec import Struct

from cti.core import events as e
from cti.core import inputs as i
from cti.core.estimate import spoken
from cti.core.ids import InteractionId, Ms, QueueId
from cti.core.interaction import State
from cti.core.outlook import Outlook, Prospect
from cti.core.turn import Turn
from cti.core.world import Interaction, Told, World

SAMPLE_MS = 1000
"""A large centre learns enough from one caller a second, and looking ahead costs time with every agent it has."""
MATTERS = 5
"""A place that is better by a fifth is worth a sentence, and every place near the head of the line."""


class Telling(Struct, frozen=True, kw_only=True):
    """What to say now."""

    place: int
    least: int | None = None
    """Minutes; None: nothing of the time."""
    most: int | None = None
    """None with a `least`: more than that."""
    agents: int = 0
    why: str = ""
    """Why longer than said before: `colleague` (fewer agents), `overtaken` (urgent calls), `longer`; else empty."""


def telling(world: World, outlook: Outlook, interaction: InteractionId, place: int | None, now: Ms) -> Telling | None:
    """What a caller at this `place` in line (1 = next, None: not in line) should hear at `now`.

    None: nothing new that matters.
    """
    it = world.interactions.get(interaction)
    if it is None or place is None:
        return None
    return decide(it.told, place, outlook.of(interaction, now), _score(world, it), now)


def decide(told: Told | None, place: int, prospect: Prospect | None, score: float | None, now: Ms) -> Telling | None:
    """The same from plain facts: what was told, the place, the prospect, and how often what was said came true."""
    nearer = told is None or told.place - place >= max(1, told.place // MATTERS)
    range_ = spoken(prospect.estimate, score) if prospect is not None else None
    if prospect is None or range_ is None:
        return Telling(place=place) if nearer else None
    said = Telling(place=place, least=range_.least, most=range_.most, agents=prospect.agents)
    if told is None or told.least is None:
        return said
    if told.most is None and range_.most is not None:
        return said
    if told.until is not None and now + prospect.estimate.middle > told.until:
        why = "colleague" if prospect.agents < told.agents else "overtaken" if place > told.place else "longer"
        return Telling(place=place, least=range_.least, most=range_.most, agents=prospect.agents, why=why)
    # The end of a range counts, of one without an end its begin.
    before, after = (told.least, range_.least) if range_.most is None else (told.most or 0, range_.most)
    if (told.most is None) == (range_.most is None) and after <= before:
        return said if nearer or after < before else None
    return Telling(place=place) if nearer else None


def foresee(turn: Turn, interaction: InteractionId) -> None:
    """A caller is in line: keep what is to be expected, to learn from how it comes out."""
    it = turn.world.interactions.get(interaction)
    if it is None or it.state is not State.WAITING or it.foreseen is not None:
        return
    if turn.now - turn.world.foreseen_at < SAMPLE_MS:
        return
    prospect = Outlook(turn.world).of(interaction, turn.now)
    if prospect is None:
        return
    estimate = prospect.estimate
    turn.emit(
        e.WaitForeseen(
            interaction=it.id,
            modelled=Ms(round(estimate.modelled)),
            low=Ms(round(estimate.low)),
            middle=Ms(round(estimate.middle)),
            high=Ms(round(estimate.high)),
        )
    )


def tell(turn: Turn, said: i.WaitSaid) -> None:
    """The caller hears it."""
    it = turn.world.interactions.get(said.interaction)
    if it is not None and it.state in (State.WAITING, State.OFFERED):
        turn.emit(
            e.WaitTold(
                interaction=it.id, place=said.place, least=said.least, most=said.most, agents=said.agents, why=said.why
            )
        )


def came_out(turn: Turn, it: Interaction, *, gave_up: bool) -> None:
    """The wait is over: hold what was foreseen and what was said against it."""
    foreseen, told = it.foreseen, it.told
    if foreseen is None and (told is None or told.by is None):
        return
    kept: bool | None = None
    if told is not None and told.by is not None and (not gave_up or turn.when > told.by):
        kept = turn.when <= told.by
    turn.emit(
        e.WaitCameOut(
            interaction=it.id,
            queue=it.queue,
            waited=Ms(max(0, turn.when - foreseen.at)) if foreseen is not None else None,
            gave_up=gave_up,
            kept=kept,
        )
    )


def _score(world: World, it: Interaction) -> float | None:
    pace = world.paces.get(it.queue or QueueId(""))
    return pace.score if pace is not None else None
