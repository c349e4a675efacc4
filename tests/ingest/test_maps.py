"""The maps that come with Hotline, each on tables as that helpdesk has them: the columns the maps read, with types."""

import sqlite3
from datetime import UTC, datetime

import psycopg
import pytest
import sqlalchemy as sa

from cti.core.ids import CustomerId
from cti.ingest.mapping import load_map
from cti.ingest.tables import ingest_table
from cti.setup.settings import is_postgres
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities
from tests.conftest import PROJECT, MakeDatabase
from tests.store.conftest import NOW

MAPS = PROJECT / "example" / "maps"
DAY = "2026-11-20 09:00:00"
CLOSED = "2026-11-21 12:00:00"
SHUT = int(datetime.fromisoformat(CLOSED).replace(tzinfo=UTC).timestamp() * 1000)

ZAMMAD = f"""
CREATE TABLE users (id integer, firstname text, lastname text, email text, phone text, mobile text,
    updated_at timestamp);
INSERT INTO users VALUES (1, '-', '', '', '', '', '{DAY}');
INSERT INTO users VALUES (7, 'Eleanor', 'Whitcombe', 'eleanor@mail.example', '', '+44 7700 900143', '{DAY}');
CREATE TABLE ticket_state_types (id integer, name text);
INSERT INTO ticket_state_types VALUES (1, 'new'), (2, 'pending reminder'), (3, 'closed'), (4, 'removed');
CREATE TABLE ticket_states (id integer, name text, state_type_id integer);
INSERT INTO ticket_states VALUES (1, 'neu', 1), (2, 'warten', 2), (3, 'fertig', 3), (4, 'weg', 4);
CREATE TABLE tickets (id integer, number text, title text, customer_id integer, state_id integer,
    created_at timestamp, updated_at timestamp, close_at timestamp);
INSERT INTO tickets VALUES (1, '31001', 'No line', 7, 1, '{DAY}', '{DAY}', NULL),
    (2, '31002', 'Bill', 7, 2, '{DAY}', '{DAY}', NULL),
    (3, '31003', 'Move', 7, 3, '{DAY}', '{DAY}', '{CLOSED}'), (4, '31004', 'Spam', 7, 4, '{DAY}', '{DAY}', NULL);
CREATE TABLE ticket_article_types (id integer, name text);
INSERT INTO ticket_article_types VALUES (1, 'email'), (5, 'phone'), (10, 'note'), (11, 'web');
CREATE TABLE ticket_article_senders (id integer, name text);
INSERT INTO ticket_article_senders VALUES (1, 'Agent'), (2, 'Customer');
CREATE TABLE ticket_articles (id integer, ticket_id integer, type_id integer, sender_id integer, subject text,
    body text, content_type text, internal boolean, created_at timestamp, updated_at timestamp);
INSERT INTO ticket_articles VALUES
    (1, 1, 1, 2, 'Red light', 'Still nothing', 'text/plain', false, '{DAY}', '{DAY}'),
    (2, 1, 1, 1, '', '<p>An <b>engineer</b> comes &amp; looks</p>', 'text/html', false, '2026-11-21 09:00:00', '{DAY}'),
    (3, 1, 10, 1, 'Note', 'He is angry', 'text/plain', true, '{DAY}', '{DAY}'),
    (4, 2, 5, 2, 'Asked for the bill', '', 'text/plain', false, '2026-11-22 09:00:00', '{DAY}');
"""
CHATWOOT = f"""
CREATE TABLE contacts (id integer, name text, email text, phone_number text, identifier text, updated_at timestamp);
INSERT INTO contacts VALUES (7, 'Eleanor Whitcombe', 'eleanor@mail.example', '+447700900143', NULL, '{DAY}'),
    (8, 'visitor', NULL, NULL, NULL, '{DAY}');
CREATE TABLE inboxes (id integer, channel_type text);
INSERT INTO inboxes VALUES (1, 'Channel::WebWidget'), (2, 'Channel::Email');
CREATE TABLE conversations (id integer, contact_id integer, inbox_id integer, created_at timestamp,
    updated_at timestamp);
INSERT INTO conversations VALUES (1, 7, 1, '{DAY}', '{DAY}'), (2, 7, 2, '{DAY}', '{DAY}');
CREATE TABLE messages (id integer, conversation_id integer, content text, message_type integer, private boolean,
    created_at timestamp, updated_at timestamp);
INSERT INTO messages VALUES
    (1, 1, 'Hello from the robot', 3, false, '{DAY}', '{DAY}'),
    (2, 1, 'No line', 0, false, '{DAY}', '{DAY}'),
    (3, 2, 'Red light', 0, false, '2026-11-21 09:00:00', '{DAY}'),
    (4, 2, 'Careful with her', 1, true, '{DAY}', '{DAY}'),
    (5, 2, 'An engineer comes', 1, false, '2026-11-22 09:00:00', '{DAY}');
"""
OSTICKET = f"""
CREATE TABLE ost_user (id integer, name text, default_email_id integer, updated timestamp);
INSERT INTO ost_user VALUES (7, 'Eleanor Whitcombe', 3, '{DAY}');
CREATE TABLE ost_user_email (id integer, user_id integer, address text);
INSERT INTO ost_user_email VALUES (3, 7, 'eleanor@mail.example');
CREATE TABLE ost_ticket_status (id integer, name text, state text);
INSERT INTO ost_ticket_status VALUES (1, 'Open', 'open'), (3, 'Closed', 'closed'), (5, 'Deleted', 'deleted');
CREATE TABLE ost_ticket (ticket_id integer, number text, user_id integer, status_id integer, created timestamp,
    updated timestamp, closed timestamp);
INSERT INTO ost_ticket VALUES (1, '100123', 7, 1, '{DAY}', '{DAY}', NULL),
    (2, '100124', 7, 3, '{DAY}', '{DAY}', '{CLOSED}'), (3, '100125', 7, 5, '{DAY}', '{DAY}', NULL);
CREATE TABLE ost_ticket__cdata (ticket_id integer, subject text, priority integer);
INSERT INTO ost_ticket__cdata VALUES (1, 'No line', 2), (2, 'Bill', 2);
CREATE TABLE ost_thread (id integer, object_id integer, object_type text);
INSERT INTO ost_thread VALUES (11, 1, 'T'), (12, 1, 'A');
CREATE TABLE ost_thread_entry (id integer, thread_id integer, type text, title text, body text, format text,
    created timestamp);
INSERT INTO ost_thread_entry VALUES (1, 11, 'M', '', 'Still nothing', 'text', '{DAY}'),
    (2, 11, 'R', 'Re: No line', '<p>An <b>engineer</b> comes &amp; looks</p>', 'html', '2026-11-21 09:00:00'),
    (3, 11, 'N', 'Note', 'He is angry', 'text', '{DAY}'), (4, 12, 'M', 'A task', '', 'text', '{DAY}');
"""


@pytest.mark.parametrize(
    ("name", "tables", "timeline", "cases", "texts"),
    [
        (
            "zammad",
            ZAMMAD,
            [("call", "Asked for the bill", True), ("mail", "No line", False), ("mail", "Red light", True)],
            [("No line (#31001)", "open", None), ("Bill (#31002)", "waiting", None), ("Move (#31003)", "closed", SHUT)],
            ["An engineer comes & looks", "Still nothing"],
        ),
        (
            "chatwoot",
            CHATWOOT,
            [("mail", "An engineer comes", False), ("mail", "Red light", True), ("chat", "No line", True)],
            [],
            ["", ""],
        ),
        (
            "osticket",
            OSTICKET,
            [("mail", "Re: No line", False), ("mail", "No line", True)],
            [("No line (#100123)", "open", None), ("Bill (#100124)", "closed", SHUT)],
            ["An engineer comes & looks", "Still nothing"],
        ),
    ],
)
async def test_a_helpdesk_s_tables_become_one_customer_with_her_history(
    store: Store,
    identities: Identities,
    make_database: MakeDatabase,
    name: str,
    tables: str,
    timeline: list[tuple[str, str, bool]],
    cases: list[tuple[str, str, int | None]],
    texts: list[str],
) -> None:
    helpdesk = make_database(empty=True)
    if is_postgres(helpdesk):
        with psycopg.connect(helpdesk) as server:
            server.execute(tables.encode())
    else:
        file = sqlite3.connect(helpdesk.removeprefix("sqlite:///"))
        file.executescript(tables)
        file.close()
    maps = sorted(MAPS.glob(f"{name}-*.toml"))
    assert maps
    for map_ in [*maps, *maps]:  # the second time from their watermarks on
        report = ingest_table(store, identities, load_map(map_), helpdesk, NOW)
        assert report.kept == 0, map_
    history = History(store, identities, now=lambda: NOW)
    mail = identities.mail("eleanor@mail.example")
    assert mail is not None
    assert [person.name for person in (await history.pop(mail.id)).people] == ["Eleanor Whitcombe"]
    found = await history.customer(CustomerId(f"{name}-7"))
    assert found is not None
    assert [(line.kind, line.title, line.inbound) for line in found.timeline] == timeline
    mails = [line.text for line in found.timeline if line.kind == "mail"]
    assert mails == texts, "HTML as its text"
    query = sa.text("SELECT title, state, closed FROM cases WHERE customer = :who ORDER BY source")
    assert store.read(lambda c: [tuple(row) for row in c.execute(query, {"who": f"{name}-7"})]) == cases
    history.close()


def test_every_map_is_tried_here() -> None:
    assert {file.name.partition("-")[0] for file in MAPS.glob("*.toml")} == {"zammad", "chatwoot", "osticket"}
