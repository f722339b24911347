"""The fences of contacts, and the promise that breaks without each."""

from __future__ import annotations

from functools import partial

from botflow.runtime.turns import rendering
from botflow.runtime.turns.contact_reader import ContactReader
from botflow.service.people import contacts
from botflow.storage.erasure import people
from botflow.storage.turns.sqlite import SqliteTurns
from tests.faults.mutation import Fence
from tests.runtime.runs import test_contacts_in_forks
from tests.runtime.turns import test_contact_turns
from tests.web.api.people import test_erasures, test_profiles

crashed = partial(test_contact_turns.test_a_turn_that_crashes_around_its_commit_counts_once, point="turn.first_step")
erased = test_erasures.test_an_erasure_of_one_address_is_of_the_whole_contact
merged = test_profiles.test_two_contacts_become_one

FENCES_OF_CONTACTS = (
    Fence(
        ContactReader.of_attempt,
        "if contact is not None:",
        "if False:",
        test_contact_turns.test_a_repeated_attempt_sees_the_person_as_the_first_one_did,
    ),
    Fence(SqliteTurns.commit_on, "write_contact(connection, commit)", "pass", crashed),
    Fence(
        rendering.commit_of,
        "turn = replace(turn, contact=None)",
        "pass",
        test_contacts_in_forks.test_a_fork_does_what_its_original_did_and_stores_nothing_of_the_person,
    ),
    Fence(people.with_all_addresses, "*found", "*()", erased),
    Fence(people.erase_people, "_forget_changes(connection, erasing, ids)", "pass", erased),
    Fence(people.erase_people, "person_values, ", "", erased),
    Fence(
        contacts.merge_contacts,
        'check_unchanged(other.revision, merge.other_revision, "contact.changed")',
        "pass",
        merged,
    ),
    Fence(
        contacts.change_contact,
        'check_unchanged(before.revision, if_revision, "contact.changed")',
        "pass",
        test_profiles.test_a_change_is_of_the_fields_that_it_names_and_needs_the_revision,
    ),
)
