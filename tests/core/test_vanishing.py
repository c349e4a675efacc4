"""A desk phone goes away while it rings, as tables: whoever waits for it goes on, unless it is back at once."""

import pytest

from tests.core.play import Play

RINGS = """
        0  | bo-web unregisters     | -
        0  | bo ready               |
        1  | A calls                |
        1  | A asks support         | queued A support; offered A bo; bo reserved; RING bo for A
        1  | A.1 starts             | -
        1  | A.1 rings              | -
"""
TALK = """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support en      | queued A support; offered A ana; ana reserved; RING ana for A
        3  | A enters b             | -
        3  | A.1 enters b           | connected A ana after 2; ana talking
        10 | bo-web unregisters     | -
        10 | bo ready               | bo ready
"""
HELD = (
    RINGS
    + """
        3  | A enters b             | -
        3  | A.1 enters b           | connected A bo after 2; bo talking
        10 | A.1 holds              | held A
"""
)
SCENARIOS = {
    "it says goodbye: the caller goes to another within a second": RINGS
    + """
        2  | ana ready              | ana ready
        4  | bo-desk unregisters    | -
        4.6 | time passes           | -
        4.7 | time passes           | offer-ended A bo unreachable; bo not_ready unreachable; offered A ana; ana reserved; HANGUP A.1.0 16; RING ana for A
    """,
    "back in time, with another address: it rings on": RINGS
    + """
        4  | bo-desk unregisters    | -
        4.6 | bo-desk registers     | -
        15 | time passes            | -
        16 | time passes            | offer-ended A bo rona; bo not_ready rona; HANGUP A.1.0 16
    """,
    "answered nevertheless": RINGS
    + """
        4  | bo-desk unregisters    | -
        4.2 | A.1 up                | -
        4.2 | A.1 enters b          | -
        4.3 | A enters b            | connected A bo after 3; bo talking
        9  | time passes            | -
    """,
    "in a talk nothing follows from it": RINGS
    + """
        3  | A enters b             | -
        3  | A.1 enters b           | connected A bo after 2; bo talking
        4  | bo-desk unregisters    | -
        9  | time passes            | -
    """,
    "on hold it goes, and does not come back: the caller is in line again, at their place": HELD
    + """
        20 | bo-desk unregisters    | -
        54 | time passes            | -
        55 | time passes            | HANGUP A.1.0 16
        55 | A.1 leaves b           | talked A 52 ended-by phone; bo wrap_up; requeued A support; HANGUP A.1.0 16
        55 | A leaves b             | -
        55 | A after                | STEER A wait
        55 | A.1 gone 16            | -
    """,
    "on hold it goes, and the hang-up is lost: it is asked for again": HELD
    + """
        20 | bo-desk unregisters    | -
        55 | time passes            | HANGUP A.1.0 16
        56 | time passes            | HANGUP A.1.0 16
    """,
    "on hold it has a new address, or one answer was lost: the talk goes on": HELD
    + """
        20 | bo-desk unregisters    | -
        50 | bo-desk registers      | -
        60 | time passes            | -
        70 | bo-desk unregisters    | -
        80 | A.1 resumes            | resumed A
        99 | time passes            | -
    """,
    "it had gone before it held the caller, so it is there: silence on hold is none of our business": RINGS
    + """
        3  | A enters b             | -
        3  | A.1 enters b           | connected A bo after 2; bo talking
        4  | bo-desk unregisters    | -
        10 | A.1 holds              | held A
        99 | time passes            | -
    """,
    "it goes on hold and so do we: once we are back it is waited for anew": HELD
    + """
        20 | bo-desk unregisters    | -
        30 | Asterisk drops         | -
        90 | Asterisk comes-back    | -
        124 | time passes           | -
        125 | time passes           | HANGUP A.1.0 16
    """,
    "the browser rings as well: it rings on there": """
        0  | bo ready               |
        1  | A calls                |
        1  | A asks support         | queued A support; offered A bo; bo reserved; RING bo for A
        1  | A.1 starts             | -
        1  | A.1 rings              | -
        1  | A.1.1 starts           | -
        1  | A.1.1 rings            | -
        4  | bo-desk unregisters    | -
        15 | time passes            | -
    """,
    "a browser's phone goes: its page tells what that means": """
        0  | bo-desk unregisters    | -
        0  | bo ready               |
        1  | A calls                |
        1  | A asks support         | queued A support; offered A bo; bo reserved; RING bo for A
        1  | A.1 starts             | -
        1  | A.1 rings              | -
        4  | bo-web unregisters     | -
        15 | time passes            | -
    """,
    "the page is loaded anew: it rings again, in the page that is there now": """
        0  | bo-desk unregisters    | -
        0  | bo ready               |
        1  | A calls                |
        1  | A asks support         | queued A support; offered A bo; bo reserved; RING bo for A
        1  | A.1 starts             | -
        1  | A.1 rings              | -
        4  | bo-web unregisters     | -
        5  | bo-web registers       | offer-ended A bo withdrawn; bo ready; offered A bo; bo reserved; HANGUP A.1.0 26; RING bo for A
        5  | A.1 gone 26            | -
        5  | A.2 rings              | -
        7  | A.2 enters b           | -
        7  | A enters b             | connected A bo after 6; bo talking
        8  | bo-web unregisters     | -
        9  | bo-web registers       | -
    """,
    "loaded anew, and a break is due: to another": """
        0  | bo-desk unregisters    | -
        0  | bo ready               |
        1  | A calls                |
        1  | A asks support         | queued A support; offered A bo; bo reserved; RING bo for A
        1  | A.1 starts             | -
        2  | ana ready              | ana ready
        3  | bo not-ready lunch     |
        4  | bo-web unregisters     | -
        5  | bo-web registers       | offer-ended A bo silent; bo not_ready lunch; offered A ana; ana reserved; HANGUP A.1.0 26; RING ana for A
    """,
    "a consultation rings in the page that is loaded anew: there again": TALK.replace("bo-web", "bo-desk")
    + """
        12 | ana consults A to bo   | consult A bo; offered A+2 bo; bo reserved; ASIDE ch-A A.1.0; RING bo for A with A.1.0
        12 | A.2 starts             | -
        13 | bo-web unregisters     | -
        14 | bo-web registers       | offer-ended A+2 bo withdrawn; bo ready; offered A+2 bo; bo reserved; HANGUP A.2.0 26; RING bo for A with A.1.0
    """,
    "a consultation rings on it: the agent hears that nobody comes": TALK
    + """
        12 | ana consults A to bo   | consult A bo; offered A+2 bo; bo reserved; ASIDE ch-A A.1.0; RING bo for A with A.1.0
        12 | A.2 starts             | -
        12 | A.2 rings              | -
        13 | bo-desk unregisters    | -
        14 | time passes            | offer-ended A+2 bo unreachable; bo not_ready unreachable; consult-ended A bo unreachable after 0; HANGUP A.2.0 16; MOVE A.1.0 nobody
    """,
    "asked by the second line of a desk phone: that line ends, the caller stays": TALK
    + """
        12 | L starts ana-web       | -
        12 | ana-web phones L 8002  | consult A bo by phone; offered A+2 bo; bo reserved; PHONE ch-L ask; RING bo for A with ch-L
        12 | A.2 starts             | -
        12 | A.2 rings              | -
        13 | bo-desk unregisters    | -
        14 | time passes            | offer-ended A+2 bo unreachable; bo not_ready unreachable; consult-ended A bo unreachable after 0; HANGUP A.2.0 16; HANGUP ch-L 17
        15 | L gone                 | -
        16 | A.1 ending             | -
        16 | A.1 leaves b           | talked A 13 ended-by agent; ana wrap_up; HANGUP A.1.0 16
    """,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    Play().table(SCENARIOS[name])
