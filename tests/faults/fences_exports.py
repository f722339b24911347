"""The fences of exports: one organization's rows, no formulas, and an entry of the audit log before the first byte."""

from __future__ import annotations

from functools import partial

from botflow import csv_lines
from botflow.service.exports.exports import Exports
from botflow.storage import contacts
from botflow.storage.service import audit_log
from tests.faults.mutation import Expression, Fence
from tests.runtime.runs import test_results
from tests.web.api import test_exports

formula = test_results.test_no_cell_begins_like_a_formula
parted = test_results.test_no_cell_begins_like_a_formula_where_a_spreadsheet_parts_them_otherwise
apart = test_exports.test_a_file_has_nothing_of_another_organization
logged = test_exports.test_an_export_is_an_entry_of_the_audit_log
MINE = "organization=self._caller.organization"

FENCES_OF_EXPORTS = (
    Fence(csv_lines._cell, "if _FORMULA.match(text)", "if False", partial(formula, before="", formula="=1")),
    Fence(csv_lines._cell, "_FURTHER_CELL.sub(_defused, text)", "text", partial(parted, separator=";", formula="=1")),
    Fence(Expression(csv_lines, "_FORMULA"), "[{_BLANKS}]*+", "", partial(formula, before="\u200b", formula="=1")),
    Fence(Expression(csv_lines, "_FORMULA"), "{_SIGNS}", "=", partial(formula, before="", formula="＠1")),
    Fence(Expression(csv_lines, "_FURTHER_CELL"), "[;\\t\\r\\n]", "[;]", partial(parted, separator="\t", formula="=1")),
    Fence(Exports.export_executions, f"{MINE},", "", apart),
    Fence(contacts.list_contacts, ".where(contacts.c.organization_id == organization)", "", apart),
    Fence(audit_log.list_changes, ".where(audit_log.c.organization_id == organization)", "", apart),
    Fence(Exports.export_results, "replace(wanted, organization=self._caller.organization)", "wanted", apart),
    Fence(Exports._export, "record_change, self._caller", "lambda *values, **more: None, self._caller", logged),
)
