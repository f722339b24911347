"""Every fence matters: with it cut out of the product, a test of what botflow promises fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from tests.faults.broken_promises import HowItBroke, failure_without, how_it_broke
from tests.faults.fences import FENCES_OF_THE_TURN
from tests.faults.fences_around import FENCES_AROUND_THE_TURN
from tests.faults.fences_bursts import FENCES_OF_BURSTS
from tests.faults.fences_buttons import FENCES_OF_BUTTONS
from tests.faults.fences_campaigns import FENCES_OF_CAMPAIGNS
from tests.faults.fences_canaries import FENCES_OF_CANARIES
from tests.faults.fences_clients import FENCES_OF_THE_CLIENTS
from tests.faults.fences_consent import FENCES_OF_CONSENT
from tests.faults.fences_contacts import FENCES_OF_CONTACTS
from tests.faults.fences_doctor import FENCES_OF_THE_DOCTOR
from tests.faults.fences_erasure import FENCES_OF_ERASURE
from tests.faults.fences_events import FENCES_OF_EVENTS
from tests.faults.fences_executions import FENCES_OF_EXECUTIONS
from tests.faults.fences_exports import FENCES_OF_EXPORTS
from tests.faults.fences_feedback import FENCES_OF_FEEDBACK
from tests.faults.fences_files import FENCES_OF_FILES
from tests.faults.fences_forks import FENCES_OF_FORKS
from tests.faults.fences_hooks import FENCES_OF_HOOKS
from tests.faults.fences_http import FENCES_OF_REQUESTS
from tests.faults.fences_identity import FENCES_OF_IDENTITY
from tests.faults.fences_messages import FENCES_OF_MESSAGES
from tests.faults.fences_notices import FENCES_OF_NOTICES
from tests.faults.fences_outgoing import FENCES_OF_OUTGOING_TARGETS
from tests.faults.fences_protocols import FENCES_OF_PROTOCOLS
from tests.faults.fences_reaching import FENCES_OF_REACHING
from tests.faults.fences_records import FENCES_OF_RECORDS
from tests.faults.fences_retention import FENCES_OF_RETENTION
from tests.faults.fences_row_security import FENCES_OF_ROW_SECURITY
from tests.faults.fences_secrets import FENCES_OF_SECRETS
from tests.faults.fences_service import FENCES_OF_THE_SERVICE
from tests.faults.fences_sessions import FENCES_OF_SESSIONS
from tests.faults.fences_triggers import FENCES_OF_TRIGGERS
from tests.faults.fences_widget import FENCES_OF_THE_WIDGET
from tests.faults.fences_wires import FENCES_OF_WIRES
from tests.faults.mutation import Fence

FENCES = (
    *FENCES_OF_THE_TURN,
    *FENCES_AROUND_THE_TURN,
    *FENCES_OF_TRIGGERS,
    *FENCES_OF_SECRETS,
    *FENCES_OF_BURSTS,
    *FENCES_OF_BUTTONS,
    *FENCES_OF_CONSENT,
    *FENCES_OF_CONTACTS,
    *FENCES_OF_EXECUTIONS,
    *FENCES_OF_FILES,
    *FENCES_OF_FEEDBACK,
    *FENCES_OF_FORKS,
    *FENCES_OF_HOOKS,
    *FENCES_OF_THE_SERVICE,
    *FENCES_OF_SESSIONS,
    *FENCES_OF_THE_CLIENTS,
    *FENCES_OF_CANARIES,
    *FENCES_OF_CAMPAIGNS,
    *FENCES_OF_RETENTION,
    *FENCES_OF_ERASURE,
    *FENCES_OF_EVENTS,
    *FENCES_OF_EXPORTS,
    *FENCES_OF_THE_DOCTOR,
    *FENCES_OF_OUTGOING_TARGETS,
    *FENCES_OF_NOTICES,
    *FENCES_OF_REQUESTS,
    *FENCES_OF_MESSAGES,
    *FENCES_OF_ROW_SECURITY,
    *FENCES_OF_RECORDS,
    *FENCES_OF_PROTOCOLS,
    *FENCES_OF_REACHING,
    *FENCES_OF_WIRES,
    *FENCES_OF_THE_WIDGET,
    *FENCES_OF_IDENTITY,
)


@pytest.fixture(scope="module")
def mattered() -> Iterator[list[HowItBroke]]:
    """How the promises broke whose fences were gone."""
    found: list[HowItBroke] = []
    yield found
    counted = ", ".join(f"{count} by {kind}" for kind, count in Counter(found).most_common())
    print(f"\nfences that matter: {len(found)} of {len(FENCES)}: {counted}")


@pytest.mark.parametrize("fence", FENCES, ids=lambda fence: fence.name)
async def test_without_a_fence_a_promise_is_broken(
    fence: Fence, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, mattered: list[HowItBroke]
) -> None:
    url = request.getfixturevalue(f"{fence.on}_url")
    monkeypatch.setattr("botflow.runtime.turns.run.PAUSE_BEFORE_ATTEMPT_S", {})
    with capture_logs():
        failure = await failure_without(fence, url, monkeypatch)
    mattered.append(how_it_broke(failure))
