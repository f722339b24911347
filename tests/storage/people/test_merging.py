"""Any merges of any people, one after the other: nothing of them is lost, and nobody is opted in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select, update

from botflow.records.access import Principal
from botflow.service.people.contact_models import ContactMerge
from botflow.service.people.contacts import merge_contacts
from botflow.storage.one_off import engine_of
from botflow.storage.people.changes import change_person
from botflow.storage.people.profiles import PeopleFilter, find_people, read_people, resolve
from botflow.storage.tables import contact_group_members, contacts, people, person_terms, person_values
from botflow.storage.turns.contact_writes import person_at
from tests.organizations import HOME

FIELDS, GROUPS = ("name", "language", "timeZone", "plan", "age"), ("guests", "regulars", "vip")
VALUES = {
    "timeZone": st.sampled_from(("Europe/Berlin", "Asia/Tokyo")),
    "name": st.sampled_from(("Ann Lee", "Bob", "Zoë")),
}
WHO = Principal(organization=HOME, actor="test", scopes=frozenset())
NUMBERS = count(1)


@dataclass(slots=True)
class Known:
    """A person as the test knows them."""

    values: dict[str, Any]
    groups: set[str]
    addresses: dict[str, bool]
    ids: list[int] = field(default_factory=list)


@st.composite
def known_people(draw: st.DrawFn) -> list[Known]:
    values = st.fixed_dictionaries(
        {}, optional={name: VALUES.get(name, st.sampled_from(("x", "y"))) for name in FIELDS}
    )
    stops = st.lists(st.booleans(), min_size=1, max_size=3)
    person = st.tuples(values, st.sets(st.sampled_from(GROUPS)), stops)
    drawn = draw(st.lists(person, min_size=2, max_size=5))
    return [
        Known(values, groups, {f"address {next(NUMBERS)}": stopped for stopped in stops})
        for values, groups, stops in drawn
    ]


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    opened = engine_of(sqlite_url)
    yield opened
    opened.dispose()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(known=known_people(), data=st.data())
def test_merges_lose_nothing_and_opt_nobody_in(engine: Engine, known: list[Known], data: st.DataObject) -> None:
    with engine.connect() as connection:
        for person in known:
            _store(connection, person)
        while len(known) > 1:
            kept, other = data.draw(st.permutations(known))[:2]
            take = data.draw(st.lists(st.sampled_from(sorted(other.values)), unique=True)) if other.values else []
            _merge(connection, kept, other, take)
            kept.values = {**other.values, **kept.values, **{name: other.values[name] for name in take}}
            kept.groups |= other.groups
            kept.addresses |= other.addresses
            kept.ids += other.ids
            known.remove(other)
            for person in known:
                _check(connection, person)
        connection.rollback()


def _store(connection: Connection, person: Known) -> None:
    id = person_at(connection, HOME, [("chat", address) for address in person.addresses])
    change_person(connection, HOME, id, person.values, dict.fromkeys(person.groups, True))
    person.ids.append(id)
    for address, stopped in person.addresses.items():
        row = update(contacts).where(contacts.c.address == address)
        connection.execute(row.values(stopped=stopped))


def _merge(connection: Connection, kept: Known, other: Known, take: list[str]) -> None:
    """Merge by any of the ids that lead to the two."""
    one, two = read_people(connection, HOME, [kept.ids[0], other.ids[0]])
    merge = ContactMerge.model_validate(
        {"other": other.ids[-1], "revision": one.revision, "otherRevision": two.revision, "take": take}
    )
    merge_contacts(connection, WHO, kept.ids[-1], merge)


def _check(connection: Connection, person: Known) -> None:
    [row] = read_people(connection, HOME, [person.ids[0]])
    assert row.values == person.values
    assert set(row.groups) == person.groups
    assert {address: stopped for _, address, stopped in row.addresses} == person.addresses
    assert {resolve(connection, HOME, id) for id in person.ids} == {person.ids[0]}
    zones = select(contacts.c.time_zone).where(contacts.c.person_id == row.id)
    assert set(connection.execute(zones).scalars()) == {person.values.get("timeZone")}
    gone = person.ids[1:]
    for table in (person_values, person_terms, contact_group_members):
        left = select(func.count()).select_from(table).where(table.c.person_id.in_(gone))
        assert connection.execute(left).scalar_one() == 0
    name = person.values.get("name")
    if name is not None:
        found = find_people(connection, HOME, PeopleFilter(name=name), None, 10)
        assert row.id in found.ids
    listed = find_people(connection, HOME, PeopleFilter(), None, 100)
    assert not set(listed.ids) & set(gone)
    assert connection.execute(select(people.c.merged_into).where(people.c.id == row.id)).scalar() is None
