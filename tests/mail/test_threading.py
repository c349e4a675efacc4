"""Mails that belong together end in one thread, in whatever order they came."""

from hypothesis import given
from hypothesis import strategies as st

from cti.core.ids import Ms
from cti.mail.threading import NEAR_MS, Head, is_reply, joined_by_subject, subject_key, threads


def head(*ids: str, subject: str = "", at: int = 0, people: str = "a") -> Head:
    return Head(
        key=f"{ids}{subject}{people}",
        ids=ids,
        subject_key=subject_key(subject),
        loose=is_reply(subject) and len(ids) < 2,
        at=Ms(at),
        people=frozenset(people),
    )


def test_subjects_lose_what_replies_and_lists_add() -> None:
    assert subject_key("Re: [skynet] 回复：Fwd: RE[2]: Red  Light") == "red light"
    assert subject_key("回覆: 帳單") == subject_key("答复：帳單") == "帳單"
    assert subject_key("Re:") == ""
    assert is_reply("[list] Re: x")
    assert not is_reply("Regarding my bill")


def test_ids_join_even_when_the_one_between_is_missing() -> None:
    assert threads([head("1"), head("3", "1", "2"), head("4", "2"), head("9")]) == [[0, 1, 2], [3]]


def test_a_reply_without_ids_joins_by_subject_and_person_only_when_near() -> None:
    first = head("1", subject="Red light", at=0)
    assert joined_by_subject(head(subject="Re: Red light", at=5), first)
    assert not joined_by_subject(head(subject="Red light", at=5), first), "the same words again are a new matter"
    assert not joined_by_subject(head(subject="Re: Red light", at=5, people="b"), first)
    assert not joined_by_subject(head(subject="Re: Red light", at=NEAR_MS + 1), first)
    assert not joined_by_subject(head("2", "7", subject="Re: Red light", at=5), first), "it says what it answers"


heads = st.lists(
    st.builds(
        lambda ids, subject, at, people: head(*ids, subject=subject, at=at, people=people),
        st.lists(st.sampled_from("123456"), max_size=3),
        st.sampled_from(["", "a", "Re: a", "Re: b", "b"]),
        st.integers(0, 2 * NEAR_MS),
        st.sampled_from(["a", "b", "ab"]),
    ),
    max_size=8,
)


@given(heads, st.randoms())
def test_the_order_they_come_in_does_not_matter(mails: list[Head], chance: object) -> None:
    order = list(range(len(mails)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    shuffled = threads([mails[n] for n in order])
    assert sorted(sorted(order[n] for n in thread) for thread in shuffled) == threads(mails)
