"""The script Asterisk starts for a caller when the bridge is away: a word, and a queue that somebody serves.

It blocks, it knows nothing of the world, and the dialplan goes on without it should it fail. So it is the one place
where pyst2 serves: nothing here runs inside the bridge. Arguments: the folder of our prompts, the queues of the site
joined by `&`, and the queue chosen before, if there was one.
"""

import io
import os
import sys
from pathlib import Path

from asterisk.agi import AGI, AGIAppError, AGIException

LANGUAGES = ("cmn", "yue", "en")


def choose(wanted: str, queues: list[str], members: dict[str, int]) -> str:
    """The queue to wait in: the one wanted if anybody is logged in to it, else the first with anybody at all."""
    if members.get(wanted):
        return wanted
    return next((queue for queue in queues if members.get(queue)), wanted or queues[0])


def main(argv: list[str]) -> int:
    """Talk to Asterisk on stdin and stdout. 0: done; 1: the caller left, or Asterisk said no."""
    prompts, queues, wanted = Path(argv[1]), argv[2].split("&"), argv[3] if len(argv) > 3 else ""
    # A carrier's name for a caller may be in any encoding; pyst2 would stop on it. And it writes its own log, with
    # numbers in it, to where errors go.
    stdin = io.TextIOWrapper(os.fdopen(0, "rb", closefd=False), encoding="utf-8", errors="replace")
    agi = AGI(stdin=stdin, stdout=sys.stdout, stderr=io.StringIO())
    try:
        members = {queue: int(agi.get_full_variable(f"${{QUEUE_MEMBER(hl-{queue},logged)}}") or 0) for queue in queues}
        agi.set_variable("HL_QUEUE", choose(wanted, queues, members))
        if not agi.get_variable("HL_TOLD"):
            agi.set_variable("HL_TOLD", "1")
            language = agi.get_variable("HL_LANGUAGE")
            # Nobody has asked this caller yet: say it in every language.
            for each in [language] if language in LANGUAGES else LANGUAGES:
                if (prompts / each / "trouble.wav").exists():
                    agi.stream_file(f"{prompts}/{each}/trouble")
    except (AGIAppError, AGIException, ValueError):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
