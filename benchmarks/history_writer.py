"""The import beside `bench history`: one contact after another, each in a transaction of its own, at a steady pace.

`python -m benchmarks.history_writer DATABASE_URL CONTACTS PER_SECOND`: writes until a line comes in, then says how many
a second it came to.
"""

import select
import sys
import time
from functools import partial

from benchmarks import data
from cti.core.ids import Ms
from cti.store.database import Store
from cti.store.records import InteractionRow, put_interactions


def main() -> None:
    """Write until told to stop."""
    url, size, pace = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    store = Store.open(url)
    owners = data.looked_up(size).callers
    print("ready", flush=True)
    began = time.monotonic()
    n = 0
    while not select.select([sys.stdin], [], [], max(0.0, began + n / pace - time.monotonic()))[0]:
        line = InteractionRow(
            owner=owners[n % len(owners)],
            at=Ms(data.END - n),
            id=f"written-{time.time_ns()}",
            kind="mail",
            title="Written meanwhile",
            source="bench",
        )
        store.write(partial(put_interactions, interactions=[line]))
        n += 1
    print(n / (time.monotonic() - began), flush=True)
    store.close()


if __name__ == "__main__":
    main()
