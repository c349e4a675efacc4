"""The demonstration has somebody for everybody."""

from cti.robots import cast
from cti.setup import resources, site
from ivr.load import load

EXAMPLE = site.load(resources.folder("example") / "site.toml")
FLOWS = load(resources.folder("dialplans") / "flows").flows


def test_callers_reach_every_line_in_every_language() -> None:
    wishes = cast.wishes(FLOWS["main"])
    assert {(wish.queue, wish.language) for wish in wishes} == {
        (queue.id, language) for queue in EXAMPLE.queues for language in ("cmn", "yue", "en")
    }
    assert next(wish.keys for wish in wishes if (wish.queue, wish.language) == ("billing", "yue")) == ("2", "2")
    assert [(wish.keys, wish.queue) for wish in cast.wishes(FLOWS["direct"])] == [((), "support")]


def test_the_usual_robots_serve_all_of_them() -> None:
    wishes = cast.wishes(FLOWS["main"])
    chosen = cast.choose(EXAMPLE, wishes, 6)
    assert all(agent.desk_phone for agent in chosen)
    assert all(cast.able(EXAMPLE, chosen, wish) for wish in wishes)
    assert min(cast.able(EXAMPLE, chosen, wish) for wish in wishes) >= 2


def test_few_robots_are_those_who_serve_most() -> None:
    wishes = cast.wishes(FLOWS["main"])
    assert [agent.id for agent in cast.choose(EXAMPLE, wishes, 1)] == ["jon"]
    two = cast.choose(EXAMPLE, wishes, 2)
    assert all(cast.able(EXAMPLE, two, wish) for wish in wishes)
