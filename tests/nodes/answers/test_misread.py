"""Answers that a stranger wrote to find wrong values, received on Wednesday, 11 March 2026 at 10:00.

Each of them was stored as something else than what was meant. `meant` is what a careful clerk would write down, null
where one would ask; asking again is right everywhere.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from botflow.testing import read_answer

ROWS = json.loads((Path(__file__).parent / "misread.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 3, 11, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))


def test_what_was_misread_is_understood_or_asked_again() -> None:
    found: Counter[str] = Counter()
    wrong = []
    for row in ROWS:
        value = read_answer(
            row["kind"],
            row["text"],
            language=row["language"],
            region=row["region"],
            question=row["question"],
            received_at=NOW,
        )
        if value is None:
            found["asked again"] += 1
        elif str(value) == row["meant"]:
            found["understood"] += 1
        else:
            wrong.append((row["language"], row["kind"], row["text"], value))
    print(f"\n{len(ROWS)} answers that were misread: {dict(found)}, wrong {len(wrong)}")
    assert wrong == []
