"""Callers who left before anybody had them: a list to work through, made from the history."""

from sqlalchemy import Connection, text

from cti.core.ids import AgentId, CustomerId, InteractionId, Ms, QueueId
from cti.store.reader import Reader
from cti.store.reads import display
from cti.store.views import Abandoned

DAYS_MS = 7 * 24 * 3600 * 1000
"""Who left longer ago is not called back for it any more."""
DONE_MS = 12 * 3600 * 1000
"""So long it is still seen who has seen to somebody."""
MOST = 200

# A number that several have is nobody's in particular: whoever was imported last gave it their name.
# Gone from the list with the next call of theirs, and with a call to them that came to a talk; a call in vain is told.
_LEFT = """
    SELECT c.interaction, c.at, c.waited, c.queue, c.language, c.caller, i.kind, i.value,
        CASE WHEN EXISTS (SELECT 1 FROM links k WHERE k.identifier = c.caller AND k.ended IS NULL)
            THEN '' ELSE i.name END,
        h.agent, h.at,
        (SELECT min(r.id) FROM links k JOIN customers p ON p.id = k.customer
            JOIN customers r ON r.id = coalesce(p.merged_into, p.id)
            WHERE k.identifier = c.caller AND k.ended IS NULL HAVING count(DISTINCT r.id) = 1) AS customer,
        (SELECT min(r.name) FROM links k JOIN customers p ON p.id = k.customer
            JOIN customers r ON r.id = coalesce(p.merged_into, p.id)
            WHERE k.identifier = c.caller AND k.ended IS NULL HAVING count(DISTINCT r.id) = 1) AS person,
        (SELECT count(*) FROM interactions t WHERE t.owner = c.caller AND t.at > c.at AND t.kind = 'call'
            AND NOT t.inbound) AS tries
    FROM calls c JOIN identifiers i ON i.id = c.caller
        LEFT JOIN annotations h ON h.interaction = c.interaction AND h.agent <> ''
    WHERE c.at >= ? AND c.state = 'abandoned' AND i.kind = 'tel'
        AND (h.at IS NULL OR h.at >= ?)
        AND NOT EXISTS (SELECT 1 FROM interactions t WHERE t.owner = c.caller AND t.at > c.at AND t.kind = 'call'
            AND (t.inbound OR t.lasted > 0))
    ORDER BY c.at DESC LIMIT ?
"""


def left(db: Reader, now: Ms) -> tuple[Abandoned, ...]:
    """Who left in the last days and has not been served since, newest first."""
    rows = db.execute(_LEFT, (now - DAYS_MS, now - DONE_MS, MOST)).fetchall()
    return tuple(
        Abandoned(
            interaction=InteractionId(row[0]),
            at=Ms(row[1]),
            waited=Ms(row[2]),
            queue=QueueId(row[3]) if row[3] else None,
            language=row[4],
            number=display(row[6], row[7]),
            name=row[12] or row[8] or "",
            customer=CustomerId(row[11] or row[5]),
            handled_by=AgentId(row[9]) if row[9] else None,
            handled=Ms(row[10]) if row[10] else None,
            tries=row[13],
        )
        for row in rows
    )


def handle(connection: Connection, interaction: str, agent: str | None, at: Ms) -> bool:
    """Somebody has seen to it; None: not yet, after all. False: nobody left that call."""
    known = connection.execute(
        text("SELECT 1 FROM calls WHERE interaction = :id AND state = 'abandoned'"), {"id": interaction}
    ).first()
    if known is None:
        return False
    connection.execute(
        text(
            "INSERT INTO annotations (interaction, agent, at) VALUES (:id, :agent, :at)"
            " ON CONFLICT (interaction) DO UPDATE SET agent = excluded.agent, at = excluded.at"
        ),
        {"id": interaction, "agent": agent or "", "at": at},
    )
    return True
