"""The order in which a person is erased. Each step is one small transaction that keeps how far it has come, so that
any process continues where another one was killed, and two that work on the same erasure take turns.

1. *list*: the person's conversations, the runs for them, the runs that these have started, and the forks of all these.
2. *detach*: each is cut off from its person and fenced. From here on their next message begins a new conversation.
3. *answers*: what is stored for repeated requests about these sessions.
4. *delete*: the sessions with all their rows; messages at providers are queued for deletion there. Then `list` again,
   until it finds nothing: a transaction that was open at the first look may have brought a session.
5. *contact*: what is known of the person at their addresses; an opt-out stays.
6. *redact*: the person's names, wherever else they are: in runs that are over, and in logs.
7. *search*: the same search again, which only counts. It is the proof of the receipt.
8. *settle*: caches, and the receipt (`botflow/runtime/erasures/eraser.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Connection, select

from botflow.records.erasures import Erasing
from botflow.storage.erasure.answers import forget_answers
from botflow.storage.erasure.contacts import erase_contact
from botflow.storage.erasure.deleting import delete_sessions
from botflow.storage.erasure.detaching import detach_sessions
from botflow.storage.erasure.ledger import keep, take_up
from botflow.storage.erasure.listing import list_sessions
from botflow.storage.erasure.searching import redact_some, search_some
from botflow.storage.tables import erased_sessions

SETTLE = "settle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What a step has done. `detached` are sessions that every process must forget; `waits`: nothing can be done for
    a moment; `erasing` is where it is now, None when there was nothing to do here."""

    erasing: Erasing | None
    detached: tuple[int, ...] = ()
    waits: bool = False


def work_on(connection: Connection, id: int) -> Worked:
    """Do the next step of an erasure."""
    erasing = take_up(connection, id)
    if erasing is None or erasing.stage == SETTLE:
        return Worked(erasing=erasing)
    detached: list[int] = []
    if erasing.stage == "detach":
        detached = detach_sessions(connection, erasing)
        has_more: bool | None = bool(detached)
    else:
        has_more = _STEPS[erasing.stage](connection, erasing)
    if has_more is False:
        erasing.stage, erasing.cursor = _after(connection, erasing), []
    keep(connection, erasing)
    return Worked(erasing=erasing, detached=tuple(detached), waits=has_more is None)


_STEPS: Mapping[str, Callable[[Connection, Erasing], bool | None]] = MappingProxyType(
    {
        "list": list_sessions,
        "answers": forget_answers,
        "delete": delete_sessions,
        "contact": erase_contact,
        "redact": redact_some,
        "search": search_some,
    }
)


def _after(connection: Connection, erasing: Erasing) -> str:
    """Return the stage after the present one."""
    match erasing.stage:
        case "list":
            mine = (erased_sessions.c.erasure_id == erasing.id, erased_sessions.c.state != "erased")
            is_new = connection.execute(select(erased_sessions.c.session_id).where(*mine).limit(1)).first()
            return "detach" if is_new is not None else "contact"
        case "delete":
            return "list"
        case stage:
            return _NEXT[stage]


_NEXT = MappingProxyType(
    {"detach": "answers", "answers": "delete", "contact": "redact", "redact": "search", "search": SETTLE}
)
