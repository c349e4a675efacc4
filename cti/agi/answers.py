"""Hot answers in line: the questions asked most of this queue, and what the knowledge base has to say to them."""

from collections.abc import Sequence

from cti.agi.ports import Ports, SpokenAnswer
from cti.agi.voice import Voice
from cti.core.ids import InteractionId
from cti.core.inputs import ArticleHeard
from ivr import say

KEY_MS = 5000
TRIES = 2


class Answers:
    """Reads questions out, and the answer of the one that is chosen."""

    def __init__(self, voice: Voice, ports: Ports, interaction: InteractionId) -> None:
        self._voice = voice
        self._ports = ports
        self._interaction = interaction

    async def hear(self, answers: Sequence[SpokenAnswer]) -> bool:
        """Until one has helped (True), or the caller wants to go back to the line."""
        asked = 0
        while asked < TRIES:
            key = await self._voice.say(*self._questions(answers), wait_ms=KEY_MS)
            if key == "*":
                return False
            chosen = answers[int(key) - 1] if key.isdigit() and 1 <= int(key) <= len(answers) else None
            if chosen is None:
                asked += 1
                continue
            solved = await self._read(chosen)
            self._ports.submit(ArticleHeard(interaction=self._interaction, article=chosen.article, solved=solved))
            if solved is not None:
                return solved
            return False
        return False

    def _questions(self, answers: Sequence[SpokenAnswer]) -> tuple[str, ...]:
        words = ["answers-which"]
        for n, answer in enumerate(answers, 1):
            words += [answer.question, "press", *say.number(n, self._voice.spoken)]
        return (*words, "star-back")

    async def _read(self, chosen: SpokenAnswer) -> bool | None:
        """Whether it helped: 1 yes, 2 or * no; None: no word of it."""
        key = await self._voice.say(chosen.answer, "answers-solved", wait_ms=KEY_MS)
        if not key:
            key = await self._voice.say("answers-solved", wait_ms=KEY_MS)
        return {"1": True, "2": False, "*": False}.get(key)
