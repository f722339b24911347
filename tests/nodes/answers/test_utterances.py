"""Answers that people who did not know the readers wrote to questions of their own: 200 in each language.

None may be stored wrongly. What is asked again although it holds a value is a nuisance, and is counted.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botflow.testing import read_answer

FOLDER = Path(__file__).parent / "utterances"
LANGUAGES = ("en", "de", "es", "fr")
RIGHT = 0.6


def test_what_strangers_wrote_is_never_stored_wrongly() -> None:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    wrong = []
    for language in LANGUAGES:
        for case in json.loads((FOLDER / f"{language}.json").read_text()):
            verdict, found = judged(case)
            for key in (case["kind"], language, "all"):
                counts[key][verdict] += 1
            if verdict == "wrong":
                wrong.append((case["text"], found, case["values"]))
    for key, each in sorted(counts.items()):
        total = each.total()
        right, asked = each["right"] / total, each["asked"] / total
        print(f"{key:9} n {total:4}  right {right:.2f}  asked {asked:.2f}  {each['wrong']} wrong")
    assert wrong == []
    assert counts["all"]["right"] / counts["all"].total() >= RIGHT


def judged(case: dict[str, Any]) -> tuple[str, Any]:
    """Return right, asked or wrong, and the value that was read."""
    found = read_answer(
        case["kind"],
        case["text"],
        language=case["lang"],
        region=case["region"],
        received_at=datetime.fromisoformat(case["received"]).replace(tzinfo=UTC),
        choices=case.get("choices") or (),
        question=case["question"],
    )
    if found is None:
        return ("right" if case["values"] is None else "asked"), None
    expected = case["values"] or []
    return ("right" if any(alike(found, value) for value in expected) else "wrong"), found


def alike(found: Any, value: Any) -> bool:
    if isinstance(found, list):
        return sorted(found) == sorted(value)
    if isinstance(found, str) and isinstance(value, str):
        return found.rstrip("/").casefold() == value.rstrip("/").casefold()
    return bool(found == value) and isinstance(found, bool) == isinstance(value, bool)
