"""A conversation that an application starts for its person."""

from __future__ import annotations

from botflow.testing.plain_json import as_json
from botflow.testing.run import Run
from botflow.testing.simulated.conversation_starts import ConversationStart, StartedBy, begin
from botflow.testing.talks.conversation import Conversation


class ConversationStarts(Conversation):
    """What an application does: `POST /api/v1/workflows/{workflow}/executions` for one person."""

    def start(self, input: object = None, *, by: StartedBy = "api", node: str = "", key: str = "") -> Run:
        """Start the conversation with an input, at the flow's `trigger.manual`. The same `key` starts once.

        RejectedInbound, with the code of production, when it is refused: `input.invalid`, `session.busy` while one is
        under way, `session.opted_out`, `trigger.none`, `trigger.key_reused`.
        """
        self._begin_act()
        wanted = ConversationStart(
            flow=self.conversation.flow,
            channel=self.conversation.channel,
            address=self.conversation.sender,
            by=by,
            input=as_json(input),
            node=node,
            key=key,
            sender=self._person.address,
        )
        begin(self.deployment, wanted)
        self._settle()
        return Run(self.conversation)
