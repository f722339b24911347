"""The fences of the record nodes: once, within the allow-list, all or nothing, each organization its own."""

from __future__ import annotations

from functools import partial

from botflow_records import access, ledger
from botflow_records.access import _of_credential
from botflow_records.steps import Work
from botflow_records.tables import Tables
from botflow_records.values import _decimal, _text

from tests.application_records import test_access, test_nodes
from tests.faults.mutation import Fence

once = test_nodes.test_a_visit_that_runs_again_changes_nothing_again
allowed = test_nodes.test_a_row_is_read_as_plain_json_with_the_allowed_columns_alone
together = test_nodes.test_a_transaction_does_all_or_nothing
home = test_access.test_the_servers_own_database_is_the_home_organizations_alone
public = test_access.test_a_credentials_address_is_that_of_a_public_server

FENCES_OF_RECORDS = (
    Fence(ledger.once, "if connection.execute(entry).scalar_one_or_none() is None:", "if False:", once),
    Fence(ledger.once, ".values(result=noted)", ".values(result='{}')", once),
    Fence(Tables.table, "if allowed is None or column.name in allowed", "if True", allowed),
    Fence(Work.step, "if len(rows) < step.least:", "if False:", together),
    Fence(access.access_of, "or not await context.is_home()", "", home),
    Fence(
        _of_credential,
        "await _checked(host, url.port or 5432, networks)",
        "()",
        partial(public, url="postgresql://user@169.254.169.254/name"),
    ),
    Fence(
        _of_credential,
        "not _HOST.fullmatch(host)",
        "False",
        partial(public, url="postgresql://user@%2Fvar%2Frun%2Fpostgresql/name"),
    ),
    Fence(_text, "if longest and", "if False and", test_nodes.test_a_text_that_is_too_long_is_not_stored),
    Fence(_decimal, "if rounded != exact and", "if False and", test_nodes.test_a_third_decimal_is_not_dropped),
)
