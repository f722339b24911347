"""A table of results holds no text that a spreadsheet computes, wherever a spreadsheet begins a cell."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest

from botflow.records.runs import ExecutionRecord
from botflow.runtime.runs.results import csv_header, csv_rows

BLANK = r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
COMPUTED = re.compile(BLANK + "[=+\\-@＝＋－＠﹦﹢﹣﹫]")
FORMULAS = ("=1+1", "+1", "-2+3", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠SUM(A1)", "﹦1", "﹢1", "﹣1", "﹫1")
BEFORE = ("", " ", "\t", "\r", "\n", "\u00a0", "\u3000", "\u2028", "\ufeff", "\u200b", "\u202e", " \u2060\t ")


def rows(text: str, name: str = "said") -> str:
    record = ExecutionRecord(
        id="1",
        workflow="echo",
        version=1,
        flow_version=1,
        session=1,
        channel="chat",
        key=text,
        status="completed",
        started_at=datetime(2026, 11, 27, tzinfo=UTC),
        ended_at=None,
        trigger="message",
        priority=None,
        retries=0,
        user_name=None,
        input=None,
        output=None,
        error=None,
        metadata=None,
        variables={name: text, "list": [text], "count": -5},
        progress=None,
        node="",
        wakes_at=None,
    )
    return csv_header((name, "list", "count")) + csv_rows([record], (name, "list", "count"))


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_begins_like_a_formula(before: str, formula: str) -> None:
    written = rows(before + formula, name=before + formula)

    cells = [cell for row in csv.reader(io.StringIO(written, newline="")) for cell in row]

    assert [cell for cell in cells if COMPUTED.match(cell) and cell != "-5"] == []
    assert cells[-1] == "-5"  # a number stays one


@pytest.mark.parametrize("separator", [";", "\t", "\n", "\r\n", "; ", ";\u200b", ";;\n \t;"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_begins_like_a_formula_where_a_spreadsheet_parts_them_otherwise(separator: str, formula: str) -> None:
    written = rows(f"one{separator}{formula}{separator}two")

    for parted_by in (";", "\t"):  # a mark within a cell quotes nothing
        cells = [cell for line in re.split("[\r\n]+", written) for cell in line.split(parted_by)]
        assert [cell for cell in cells if COMPUTED.match(cell)] == []


@pytest.mark.parametrize("text", ["a-b", "1;2", "a; b", "x = 1", "Ünal\nMüller", "mail me: a@b.example", "", " ", ";"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    [record] = csv.DictReader(io.StringIO(rows(text), newline=""))

    assert record["said"] == text


def test_a_long_run_of_separators_is_read_once() -> None:
    written = rows("\n" * 300_000 + "=1")  # takes an hour if the rest is read again at each of them

    assert written.count("\n'=1") == 2  # as `who`, and as a variable
