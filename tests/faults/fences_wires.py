"""The fences of the wires that follow a session: WebSocket, tickets, Direct Line, Rasa; and the promise that breaks
without each."""

from __future__ import annotations

from botflow_protocols.direct_line import members, posting, reading
from botflow_protocols.direct_line.stream import _Stream
from botflow_protocols.websocket.hearing import Hearing

from botflow.web.auth.tickets import Tickets
from tests.faults.mutation import Fence
from tests.protocols.direct_line import test_direct_line as line
from tests.protocols.websocket import test_conversation as conversation

TICKET = conversation.test_a_ticket_opens_one_stream_of_its_own_person_and_workflow
OWN = line.test_only_its_own_person_reads_and_writes_a_conversation
POLLED = line.test_a_conversation_by_polling_is_the_same_as_by_the_chats_own_routes

FENCES_OF_WIRES = (
    Fence(Tickets.use, "if await engine.write(", "if None and await engine.write(", TICKET),
    Fence(Tickets.use, "visitor.workflow != live.slug", "False", TICKET),
    Fence(
        Hearing._receive,
        'await self._desk.caller(self._scope, self._scope["path_params"]["workflow"])',
        "pass",
        conversation.test_a_server_speaks_for_a_person_until_its_key_is_revoked,
    ),
    Fence(
        Hearing._receive,
        "if posted.message_id is None:",
        "if False:",
        conversation.test_each_message_that_is_refused_says_why_and_the_others_are_received,
    ),
    Fence(members.check_person, "if person_of(conversation) != visitor.external_id:", "if False:", OWN),
    Fence(posting._name_of, "named = named or", "named =", POLLED),
    Fence(
        reading.read_set,
        "if through is not None:",
        "if False:",
        line.test_pages_lose_and_repeat_nothing,
    ),
    Fence(
        _Stream._catch_up,
        " or not await self._admission.holds_for(stored)",
        "",
        line.test_the_stream_sends_what_polling_shows_and_resumes,
    ),
)
