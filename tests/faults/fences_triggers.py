"""The fences of starting workflows: once per key and moment, by whom it may be, in nobody's way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from botflow.runtime import sealing
from botflow.runtime.runs.schedules import schedules as keeping
from botflow.runtime.runs.schedules import start as scheduled_start
from botflow.runtime.runs.starts import emit, validation
from botflow.storage import credentials
from botflow.storage.runs import schedule_states, schedules
from botflow.storage.runs.starts import for_person as start_for_person
from botflow.storage.runs.starts import start
from botflow.storage.runs.starts import targets as start_targets
from tests.faults.mutation import Fence, Promise
from tests.runtime import test_vault
from tests.runtime.runs.schedules import test_schedules
from tests.triggering import test_emit, test_persons, test_trigger_workflow
from tests.web.api import test_schedules as schedules_of_operators
from tests.web.site import ORDER, Site, open_site

foreign = partial(
    test_trigger_workflow.the_start_is_refused_and_leaves_nothing,
    call={"workflow_id": "secret", "user_name": "bob"},
    code="credential.foreign",
    said="mail",
)
paused = partial(
    test_trigger_workflow.the_start_is_refused_and_leaves_nothing,
    call={"workflow_id": "paused"},
    code="workflow.inactive",
    said="paused",
)
once_per_key = test_trigger_workflow.test_a_key_starts_once_and_refuses_another_input


def operated(promise: Callable[[Site], Awaitable[None]]) -> Promise:
    """Return a promise about operators' changes of schedules, with a site of its own."""

    async def on(database_url: str) -> None:
        async with open_site(database_url, flows=(ORDER,), worker=None) as site:
            await schedules_of_operators.publish_report(site, "30 2 * * *")
            await promise(site)

    on.__name__ = promise.__name__
    return on


unknown_elsewhere = operated(schedules_of_operators.test_schedules_are_unknown_elsewhere_and_to_others)

FENCES_OF_TRIGGERS = (
    Fence(start.start_run, "start.key or execution", "execution", once_per_key),
    Fence(start.start_run, "start.key or execution", "execution", once_per_key, on="postgres"),
    Fence(validation.same_input, "not run.is_new and run.input != given", "False", once_per_key),
    Fence(
        emit._start_listener,
        'f"event:{event.name}:{event.key}" if event.key else ""',
        '""',
        test_emit.test_an_event_told_again_under_its_key_starts_nothing_more,
    ),
    Fence(validation.active_target, 'target.status != "active"', "False", paused),
    Fence(credentials._usable, 'credentials.c.user_name.in_({"", user_name}),', "", foreign),
    Fence(
        credentials._usable,
        "credentials.c.is_active,",
        "",
        test_trigger_workflow.test_a_user_with_the_credential_may_start_it,
    ),
    Fence(
        sealing._place,
        "[key.organization, key.user_name, key.name, module]",
        "[key.organization]",
        test_vault.test_fields_copied_into_another_row_are_refused,
    ),
    Fence(
        start_for_person.start_for_person,
        'session.state.get("frames") or ',
        "",
        test_persons.test_nobody_is_interrupted,
    ),
    Fence(
        start_for_person.start_for_person,
        " or session.last_seq != session.done_seq",
        "",
        test_persons.test_nobody_is_interrupted,
    ),
    Fence(
        start_for_person.start_for_person,
        "if session.parked or start.is_stopped:",
        "if False:",
        test_persons.test_who_wants_no_messages_gets_none,
    ),
    Fence(
        schedules.due_schedules,
        "schedules.c.next_at <= now",
        "schedules.c.next_at.is_not(None)",
        test_schedules.test_a_schedule_that_is_not_due_stays,
    ),
    Fence(
        keeping.start_due_schedules,
        "former_moments(row, present, since, now) if is_former else moments_to_start(row, now)",
        "moments_to_start(row, now)",
        test_schedules.test_what_was_changed_a_moment_ago_starts_no_more,
    ),
    Fence(
        keeping.sync_schedules,
        "None if is_paused else ",
        "",
        operated(schedules_of_operators.test_a_pause_outlasts_new_versions_and_times_out_of_service),
    ),
    Fence(
        schedule_states.pause_schedule,
        "values(next_at=None)",
        "values(last_at=None)",
        operated(schedules_of_operators.test_a_paused_schedule_starts_nothing_and_goes_on_from_its_resumption),
    ),
    Fence(
        start_targets.find_target,
        "_of(organization, ",
        "_of(None, ",
        unknown_elsewhere,
    ),
    Fence(
        start_targets.find_declaring,
        "_of(organization, ",
        "_of(None, ",
        unknown_elsewhere,
    ),
    Fence(
        scheduled_start.start_scheduled,
        'f"schedule:{schedule.node}:{at}"',
        '""',
        test_schedules.test_a_moment_that_was_started_before_is_not_started_again,
    ),
)
