"""How an interaction opens, moves through its flow and ends, folded into the world."""

from collections.abc import Callable
from typing import Any

from cti.core.events import life as e
from cti.core.events.base import Fact
from cti.core.folds.shared import HALF_HOUR, counters_of, forget, pace_of
from cti.core.ids import Ms
from cti.core.interaction import State
from cti.core.recorded import Recorded
from cti.core.site import in_all
from cti.core.world import Interaction, Spoken, World


def _opened(world: World, event: e.InteractionOpened, at: Ms) -> None:
    world.interactions[event.interaction] = Interaction(
        id=event.interaction,
        kind=event.channel_kind,
        channel=event.channel,
        number=event.number,
        caller=event.caller,
        language=event.language,
        opened=at,
        direction=event.direction,
    )
    if event.direction == "out":
        # Their place, should an agent give them to a queue later; they have not arrived, and are not counted.
        world.interactions[event.interaction].since = at
        world.interactions[event.interaction].queue = event.queue
        return
    today = world.today
    today.arrived += 1
    slot = (at - today.start) // HALF_HOUR
    if 0 <= slot < len(today.half_hours):
        today.half_hours[slot] += 1


def _reattached(world: World, event: e.CallerReattached, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        if interaction.channel != event.channel:
            interaction.recorded = Recorded.NO
        interaction.channel = event.channel


def _language(world: World, event: e.LanguageSet, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.language = event.language


def _known(world: World, event: e.CallerKnown, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.account, interaction.recognised = event.account, event.how


def _position(world: World, event: e.FlowPosition, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.position = event.position
        if event.label:
            interaction.path.append(in_all(event.label))


def _flow_finished(world: World, event: e.FlowFinished, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    interaction.flow_end = event.how
    if interaction.state in (State.WAITING, State.OFFERED):
        counters_of(world, interaction.queue).left += 1
        pace_of(world, interaction.queue).waited(event.waited, gave_up=event.how != "closed")
        interaction.state = State.FLOW
        interaction.offer = None
        interaction.given_to = None
        interaction.foreseen = interaction.told = None


def _message_spoken(world: World, event: e.MessageSpoken, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        spoken = Spoken(event.ms, event.queue, event.skills, event.wanted, event.tier)
        interaction.spoken = spoken if event.ms else None


def _message_left(world: World, event: e.MessageLeft, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.spoken = None


def _answer_heard(world: World, event: e.AnswerHeard, at: Ms) -> None:
    if event.solved is not None:
        if interaction := world.interactions.get(event.interaction):
            interaction.judged = event.solved or None
        world.today.solved += event.solved


def _survey(world: World, event: e.SurveyOpened, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.surveyed = True


def _judged(world: World, event: e.Judged, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.judged = event.solved
    if event.solved:
        world.today.solved += 1
    else:
        world.today.not_solved += 1


def _ended(world: World, event: e.InteractionEnded, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    if event.how == "abandoned":
        counters_of(world, event.queue).abandoned += 1
        world.today.abandoned_after.append(event.waited)
        pace_of(world, event.queue).waited(event.waited, gave_up=True)
    interaction.state = State.ENDED
    interaction.offer = None
    world.callbacks.pop(event.interaction, None)
    forget(world, event.interaction)


FOLDS: dict[type[Fact], Callable[[World, Any, Ms], None]] = {
    e.InteractionOpened: _opened,
    e.CallerReattached: _reattached,
    e.LanguageSet: _language,
    e.CallerKnown: _known,
    e.FlowPosition: _position,
    e.FlowFinished: _flow_finished,
    e.MessageSpoken: _message_spoken,
    e.MessageLeft: _message_left,
    e.AnswerHeard: _answer_heard,
    e.SurveyOpened: _survey,
    e.Judged: _judged,
    e.InteractionEnded: _ended,
}
