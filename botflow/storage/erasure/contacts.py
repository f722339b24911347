"""What is known of a person at their addresses: the contact, the evidence about it, and what was spent on it.

An opt-out survives: without it the person would get messages that they have refused. Its row keeps the bare channel,
address and time, and nothing else: a hash could only be compared under a key, and would be lost with that key.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, or_, select, tuple_, update

from botflow.records.erasures import Erasing
from botflow.storage.erasure.people import erase_people
from botflow.storage.tables import contacts, decisions, erased_sessions, spending

ROWS = 500


def erase_contact(connection: Connection, erasing: Erasing) -> bool:
    """Erase some of it; False at the end."""
    erase_people(connection, erasing)
    keys = erasing.person.keys
    mine = (contacts.c.organization_id == erasing.organization, contacts.c.address.in_(keys))
    channels = connection.execute(select(contacts.c.channel).where(*mine).distinct()).scalars()
    listed = select(erased_sessions.c.channel).where(erased_sessions.c.erasure_id == erasing.id).distinct()
    known = {*channels, *connection.execute(listed).scalars()}
    spent_on = [f"{erasing.organization}:{channel}:{address}" for channel in known for address in keys]
    of_contact = (spending.c.scope.in_(("contact", "recipient")), spending.c.key.in_(spent_on))
    erasing.count("erased", "spending", connection.execute(delete(spending).where(*of_contact)).rowcount)
    connection.execute(update(contacts).where(*mine, contacts.c.stopped).values(time_zone=None))
    gone = connection.execute(delete(contacts).where(*mine, ~contacts.c.stopped))
    erasing.count("erased", "contacts", gone.rowcount)
    return _erase_decisions(connection, erasing)


def _erase_decisions(connection: Connection, erasing: Erasing) -> bool:
    """Delete some of the evidence about the person, at an address or in an erased session."""
    sessions = select(erased_sessions.c.session_id).where(erased_sessions.c.erasure_id == erasing.id)
    is_theirs = or_(decisions.c.address.in_(erasing.person.keys), decisions.c.session_id.in_(sessions))
    of_person = select(decisions.c.id).where(decisions.c.organization_id == erasing.organization, is_theirs)
    some = of_person.order_by(decisions.c.id).limit(ROWS)
    gone = connection.execute(delete(decisions).where(tuple_(decisions.c.id).in_(some))).rowcount
    erasing.count("erased", "decisions", gone)
    return gone == ROWS
