"""What the flow engine may know of a caller and of the moment."""

from datetime import datetime
from zoneinfo import ZoneInfo

from cti.core.closings import Doors
from cti.core.ids import Ms
from cti.store.views import CallerFacts
from ivr.facts import Facts, Shut


def known(number: str, caller: CallerFacts, doors: Doors, now: Ms, zone: str) -> Facts:
    """For a caller of `number`, in the site's local time."""
    where = ZoneInfo(zone)
    return Facts(
        number=number,
        now=datetime.fromtimestamp(now / 1000, where),
        known=caller.known,
        tier=caller.tier,
        open=doors.open,
        opens=datetime.fromtimestamp(doors.opens / 1000, where) if doors.opens is not None else None,
        closed=doors.closed,
        shut={
            # Who goes to another site goes there from the line of this one.
            queue: Shut(
                door.closing.prompt, door.to or (queue if door.leads_out else None), door.closing.then == "message"
            )
            for queue, door in doors.shut.items()
        },
    )
