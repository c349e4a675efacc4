"""A history with something in every table, and all of it to compare."""

import sqlalchemy as sa

from cti.store.cases import open_case
from cti.store.database import Store
from cti.store.identity import Identities
from cti.store.projector import Fold
from cti.store.promises import promise
from cti.store.records import CustomerRow, InteractionRow, Seen, confirm, link, note, put_customers, put_tags, see
from cti.store.records import put_interactions as put
from cti.store.tables import metadata
from tests.store.conftest import DAY, NOW, AgentId, answered_call, left_message, records_of

_REST = (
    "INSERT INTO attachments (hash, size, body) VALUES ('hash1', 4, :body)",
    "INSERT INTO messages (id, interaction, at, inbound, author, author_name, recipients, subject, text, loose, people)"
    " VALUES ('m1', 'mail-1', 5, true, :mail, 'Eleanor W', 'us@harbour.example', '没有网', 'Still dark', false, :mail)",
    "INSERT INTO message_attachments VALUES ('m1', 0, 'picture.png', 'image/png', 'hash1')",
    "INSERT INTO thread_refs VALUES ('<1@mail.example>', 'mail-1')",
    "INSERT INTO kept (source, place, reason, body, at) VALUES ('mail', 'in/1', 'no mail', :body, 5)",
    "INSERT INTO erased VALUES ('tel:somebody', 5)",
    "INSERT INTO merges (gone, kept, at, who, undone) VALUES ('web-7', 'eleanor', 5, 'ana', 6)",
    "INSERT INTO apart VALUES ('daniel', 'eleanor', 'ana', 5)",
    "INSERT INTO mentions VALUES ('tel:other', :mail, 'mail-1', '+852 9123 4567', 5)",
    "INSERT INTO visits VALUES ('visit-1', 'device:somebody', 5, NULL)",
    "INSERT INTO visit_items VALUES ('visit-1', 'item0001', 5, 'search', '红灯', '/help', 0, '')",
    "INSERT INTO wishes VALUES ('eleanor', 'sms', 'call', 540, 720, 'Hard of hearing', 'ana', 5)",
    "INSERT INTO pins VALUES ('eleanor', 'scrypt:1:1:1:00:00', 5, 'ana', 0, NULL)",
    "INSERT INTO case_moves (how, kept, gone, interactions, state, at, who)"
    " VALUES ('split', 1, 2, 'c-9', '', 5, 'ana')",
    "INSERT INTO passwords VALUES ('ana', 'a hash', 5)",
    "INSERT INTO tokens VALUES ('t1', 'a digest', 'TV', 'ana', 'viewer', 5, NULL, NULL)",
    "INSERT INTO audit (at, who, what, about) VALUES (5, 'ana', 'signed_in', '127.0.0.1')",
)


def fill(store: Store, identities: Identities) -> None:
    """Eleanor, who calls, writes and was promised something; Daniel, who shares her telephone; a stranger."""
    tel, mail = identities.phone("+44 7700 900143"), identities.mail("eleanor.w@mail.example")
    other = identities.phone("9123 4567")
    assert tel is not None
    assert mail is not None
    assert other is not None

    def write(connection: sa.Connection) -> None:
        see(connection, [Seen(tel, NOW), Seen(mail, NOW, "Eleanor W"), Seen(other, NOW)])
        put_customers(
            connection,
            [
                CustomerRow(id="eleanor", at=NOW, name="Eleanor Whitcombe", language="en", tier="gold"),
                CustomerRow(id="daniel", at=NOW, name="Daniel W."),
            ],
        )
        link(connection, [(tel.id, "eleanor"), (mail.id, "eleanor"), (tel.id, "daniel")], "test", NOW)
        put_tags(connection, [("eleanor", "Works from home")], "test")
        put(connection, [InteractionRow(owner=mail.id, at=NOW, id="mail-1", kind="mail", title="没有网", text="Still")])
        calls = [answered_call(n, caller, NOW - n * DAY) for n, caller in enumerate([tel.id, tel.id, other.id, None])]
        Fold().fold(connection, records_of([*calls, left_message("c-0", tel.id, NOW)]))
        note(connection, "c-0", "ana", "升级到 500M", NOW)
        confirm(connection, "c-0", "eleanor", NOW)
        confirm(connection, "c-0-message", "eleanor", NOW)
        confirm(connection, "c-1", "daniel", NOW)
        case = open_case(connection, "eleanor", "No line", AgentId("ana"), "c-0", NOW)
        promise(connection, "eleanor", "call back", NOW, AgentId("ana"), case.id, NOW)
        for statement in _REST:
            wanted = sa.text(statement)
            given = {"body": b"\0\xff42", "mail": mail.id}
            connection.execute(wanted, {name: given[name] for name in wanted._bindparams})

    store.write(write)


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    return {
        table.name: store.read(lambda c, t=table: sorted(map(tuple, c.execute(sa.select(t))), key=repr))  # type: ignore[misc]
        for table in metadata.sorted_tables
    }
