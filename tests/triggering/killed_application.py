"""An application that is killed: it sells until then. Run as `python -m tests.triggering.killed_application URL FIRST`.

Each sale is a row of its own and a workflow, in one transaction; every third one is taken back.
"""

from __future__ import annotations

import sys
from itertools import count

from sqlalchemy import text

from botflow.triggering import trigger_workflow_sync
from tests.triggering.workflows_to_start import sync_engine


def main(url: str, first: int) -> None:
    engine = sync_engine(url)
    for number in count(first):
        with engine.connect() as connection:
            connection.execute(text("INSERT INTO shop_sales (id) VALUES (:id)"), {"id": number})
            trigger_workflow_sync("orders", input={"order": number}, connection=connection)
            if number % 3:
                connection.commit()
        print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
