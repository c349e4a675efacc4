"""PostgreSQL's URLs: what is told to libpq, and that a password is never shown."""

import pytest

from cti.setup import postgres
from cti.setup.problem import SetupProblem


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://hotline@db/hotline", "postgresql://hotline@db/hotline"),
        ("postgres://hotline:s3cret@db:5433/x", "postgresql://hotline:***@db:5433/x"),
        ("postgresql://hotline@db/x?password=s3cret&sslmode=require", None),
        ("postgresql://hotline:s3cret%40more@db/x?sslpassword=s3cret", None),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str | None) -> None:
    assert "s3cret" not in postgres.shown(url)
    assert shown is None or postgres.shown(url) == shown
    assert ("s3cret" in repr(postgres.arguments(url))) == ("s3cret" in url), "libpq is told it"


def test_what_stands_after_the_question_mark_is_for_libpq() -> None:
    told = postgres.arguments("postgresql:///x?host=/run/postgresql&connect_timeout=3")
    assert (told["dbname"], told["host"], told["connect_timeout"]) == ("x", "/run/postgresql", "3")


@pytest.mark.parametrize(
    "url", ["postgresql:/hotline:s3cret@db/x", "postgresql://u:s3cret@db:port/x", "postgresql://u:s3@cret@db/x"]
)
def test_a_url_that_is_none_is_refused_with_the_way_to_write_it_and_not_shown(url: str) -> None:
    for read in (postgres.shown, postgres.arguments):
        with pytest.raises(SetupProblem, match="postgresql://user@host/name") as told:
            read(url)
        assert "cret" not in str(told.value)
