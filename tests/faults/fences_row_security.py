"""The fences of row-level security. They are Postgres's, and each test of them needs two workflows and no server."""

from __future__ import annotations

from functools import partial

from botflow.storage.engines import row_security
from botflow.storage.engines.row_security import RowSecurity
from tests.faults.mutation import Fence
from tests.service import test_row_wall

alone = test_row_wall.test_a_transaction_for_an_organization_has_its_rows_alone
hole = test_row_wall.test_a_wall_with_a_hole_counts_as_none

FENCES_OF_ROW_SECURITY = (
    Fence(RowSecurity.begin, " SET LOCAL ROLE {_quoted(self.role)};", "", alone, on="postgres"),
    Fence(RowSecurity.begin, "; SET LOCAL {SETTING} = '{organization:d}'", "", alone, on="postgres"),
    Fence(RowSecurity.begin, "SET LOCAL ROLE", "SET ROLE", alone, on="postgres"),
    Fence(RowSecurity.begin, "SET LOCAL {SETTING}", "SET {SETTING}", alone, on="postgres"),
    Fence(
        row_security._tables_lack,
        "if open_ones:",
        "if False:",
        partial(hole, weakened="ALTER TABLE workflows DISABLE ROW LEVEL SECURITY", lacks="no policy is in force"),
        on="postgres",
    ),
    Fence(
        row_security._tables_lack,
        " and table.has_policy)]",
        ")]",
        partial(hole, weakened="DROP POLICY botflow_organization ON sessions", lacks="no policy is in force"),
        on="postgres",
    ),
)
