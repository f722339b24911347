"""Postgres's row-level security, the second wall between organizations. The first is the WHERE of each statement.

The wall is a role that may do nothing but use the tables, and that owns none of them: for it the tables' policies show
the rows of the organization that the transaction names. Transactions of the service take this role on, for themselves
alone. Turns do not: the owner of the tables passes their policies, at no cost.
https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, InternalError, ProgrammingError

POLICY = "botflow_organization"
SETTING = "botflow.organization"
SUFFIX = "_organization"  # of the role's name; the policies know the role by it
KEPT = "organizations"  # the table whose rows no organization makes or deletes
LONGEST_NAME = 63  # bytes
_TRIES = 3
_SET_IS_A_RIGHT = 160_000  # since Postgres 16 a member of a role may or may not take it on

_OWNER = text(
    "SELECT pg_get_userbyid(relowner) AS owner, session_user AS member, relnamespace::regnamespace::text AS schema,"
    " current_setting('server_version_num')::int AS server FROM pg_class WHERE oid = to_regclass('workflows')"
)
_ROLE = text(
    "SELECT rolsuper OR rolbypassrls OR pg_has_role(oid, cast(:owner AS name), 'USAGE') AS is_above,"
    " pg_has_role(session_user, oid, :right) AS is_granted FROM pg_roles WHERE rolname = :role"
)
_SCHEMA = text("SELECT has_schema_privilege(cast(:role AS name), to_regnamespace(:schema), 'USAGE')")
# Granted to the role itself: what everybody may read can be an application's table.
_TABLES = text(
    "SELECT c.oid::regclass::text AS name, c.relname, c.relrowsecurity AS is_secured, p.oid IS NOT NULL AS has_policy,"
    " EXISTS (SELECT FROM aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee"
    " WHERE r.rolname = :role AND a.privilege_type = 'SELECT') AS is_shown"
    " FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = :policy"
    " WHERE c.relkind = 'r' AND c.relnamespace = (SELECT relnamespace FROM pg_class"
    " WHERE oid = to_regclass('workflows')) ORDER BY 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSecurity:
    """Whether the wall stands: `role` is what transactions of the service take on, `lacks` why they cannot, and `hint`
    what to do."""

    role: str = ""
    lacks: str = ""
    hint: str = ""

    @property
    def is_on(self) -> bool:
        return bool(self.role) and not self.lacks

    def begin(self, organization: int) -> str:
        """Return how a transaction for an organization begins. It is one message to the server. The settings end with
        the transaction, so the next one on the connection has none of them."""
        return (
            "BEGIN ISOLATION LEVEL READ COMMITTED;"
            f" SET LOCAL ROLE {_quoted(self.role)}; SET LOCAL {SETTING} = '{organization:d}'"
        )


def role_of(owner: str) -> str:
    """Return the name of the role for the tables of `owner`.

    Roles belong to the whole server. Databases of one owner share a role, those of two owners must not: who may take it
    on may read all tables that it may use.
    """
    kept = LONGEST_NAME - len(SUFFIX)
    if len(owner.encode()) <= kept:
        return owner + SUFFIX
    digest = hashlib.sha256(owner.encode()).hexdigest()[:12]
    return owner.encode()[: kept - len(digest) - 1].decode(errors="ignore") + "_" + digest + SUFFIX


def read_row_security(connection: Connection) -> RowSecurity:
    """Return whether this connection's user can take on the role, and the role sees one organization alone."""
    found = connection.execute(_OWNER).first()
    if found is None:
        return RowSecurity(lacks="the database has no tables", hint="botflow db upgrade")
    role = role_of(found.owner)
    right = "SET" if found.server >= _SET_IS_A_RIGHT else "MEMBER"
    rights = connection.execute(_ROLE, {"role": role, "owner": found.owner, "right": right}).first()
    name, member = _quoted(role), _quoted(found.member)
    if rights is None:
        hint = f"as an administrator: CREATE ROLE {name} NOLOGIN; GRANT {name} TO {member}; then botflow db upgrade"
        return RowSecurity(role=role, lacks=f"there is no role {name}", hint=hint)
    if rights.is_above:
        hint = (
            f"as an administrator: ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS; REVOKE {_quoted(found.owner)} FROM {name}"
        )
        return RowSecurity(role=role, lacks=f"the role {name} passes the policies", hint=hint)
    if not rights.is_granted:
        hint = f"as an administrator: GRANT {name} TO {member}"
        return RowSecurity(role=role, lacks=f"{member} may not take on the role {name}", hint=hint)
    lacks, hint = _tables_lack(connection, role)
    return RowSecurity(role=role, lacks=lacks, hint=hint)


def grant_tables(connection: Connection) -> RowSecurity:
    """Make the role if it is missing, and let it use the tables that have a policy; return how things are then.

    What the user may not do is left undone: the tables serve without it. The transaction is the caller's.
    """
    state = read_row_security(connection)
    for _ in range(_TRIES):
        if state.is_on or not state.role:
            break
        # It may be refused; or another database of the server has just made the role, or granted it.
        with suppress(ProgrammingError, IntegrityError, InternalError), connection.begin_nested():
            _grant(connection, state.role)
        state = read_row_security(connection)
    return state


def _grant(connection: Connection, role: str) -> None:
    found = connection.execute(_OWNER).one()
    name = _quoted(role)
    right = "SET" if found.server >= _SET_IS_A_RIGHT else "MEMBER"
    given = {"role": role, "owner": found.owner, "right": right}
    if connection.execute(_ROLE, given).first() is None:
        connection.execute(text(f"CREATE ROLE {name} NOLOGIN"))
    if not connection.execute(_ROLE, given).one().is_granted:
        # To take it on is enough: the user needs none of its rights.
        option = " WITH INHERIT FALSE, SET TRUE" if right == "SET" else ""
        connection.execute(text(f"GRANT {name} TO {_quoted(found.member)}{option}"))
    if not connection.execute(_SCHEMA, {"role": role, "schema": found.schema}).scalar_one():
        connection.execute(text(f"GRANT USAGE ON SCHEMA {found.schema} TO {name}"))
    for table in connection.execute(_TABLES, {"role": role, "policy": POLICY}).all():
        if table.has_policy:
            rights = "SELECT, UPDATE" if table.relname == KEPT else "SELECT, INSERT, UPDATE, DELETE"
            connection.execute(text(f"GRANT {rights} ON {table.name} TO {name}"))


def _tables_lack(connection: Connection, role: str) -> tuple[str, str]:
    """Return what the tables lack, and what to do: a policy where the role may read, or the right to read."""
    tables = connection.execute(_TABLES, {"role": role, "policy": POLICY}).all()
    open_ones = [table.name for table in tables if table.is_shown and not (table.is_secured and table.has_policy)]
    if open_ones:
        names = ", ".join(open_ones)
        hint = (
            f"ALTER TABLE ... ENABLE ROW LEVEL SECURITY; without a policy, REVOKE ALL ON {names} FROM {_quoted(role)}"
        )
        return f"no policy is in force for {names}", hint
    if closed := [table.name for table in tables if table.has_policy and not table.is_shown]:
        return f"the role {_quoted(role)} may not read {', '.join(closed)}", "as the owner: botflow db upgrade"
    return "", ""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
