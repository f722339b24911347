"""Answers a flow's Asks in a test: by the conversation's own history, a model, actions, and the virtual clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from botflow.engine.asks import Answer, Ask, AskHistory, AskModel, Invoke, Pause
from botflow.engine.node_type import NodeType
from botflow.errors import UsageError
from botflow.interfaces import Model
from botflow.runtime.offline_model import LexicalModel
from botflow.testing.scripted.actions import ActionLog, ScriptedActions
from botflow.testing.scripted.model import ScriptedModel
from botflow.testing.scripted.outcomes import answer_of, failed, run_to_end
from botflow.testing.simulated.session import SimulatedSession
from botflow.testing.virtual_clock import VirtualClock


class ScriptedWorld:
    """Answers Asks at once. Without a script the built-in offline model answers a model's Asks, as `botflow chat` does
    without a key: the same answer every time, and no data leaves the process."""

    def __init__(self, node_types: Mapping[str, NodeType], clock: VirtualClock, model: Model | None = None) -> None:
        self.actions = ScriptedActions(node_types)
        self.credentials: dict[str, Mapping[str, str]] = {}
        self._clock = clock
        self._model: Model = model or LexicalModel()
        self._is_offline = model is None

    @property
    def script(self) -> ScriptedModel:
        """The scripted model; from the first use on it replaces the offline model."""
        if self._is_offline:
            self._model, self._is_offline = ScriptedModel(), False
        if not isinstance(self._model, ScriptedModel):
            raise UsageError(
                f"the model {self._model.name!r} that the Simulator was given follows no script",
                code="simulator.model",
                hint="give it a ScriptedModel, or none",
            )
        return self._model

    def perform(self, session: SimulatedSession, ask: Ask) -> Answer:
        """Answer one Ask of a session."""
        match ask:
            case AskHistory(limit=limit):
                return Answer(value=[{"role": line.role, "text": line.text} for line in session.lines[-limit:]])
            case Pause(seconds=seconds):
                self._clock.advance(seconds)
                return Answer()
            case AskModel():
                return self._ask_model(ask)
            case Invoke():
                return self._invoke(session, ask)
            case _:
                assert_never(ask)

    def _ask_model(self, ask: AskModel) -> Answer:
        model = self._model
        if isinstance(model, ScriptedModel):
            return model.reply_to(ask)
        return answer_of("model", ask.timeout_s, lambda: run_to_end(model.answer(ask)))

    def _invoke(self, session: SimulatedSession, ask: Invoke) -> Answer:
        if ask.credential is not None and ask.credential not in self.credentials:
            return failed("credential.unknown", f"there is no credential {ask.credential!r}: talk.credential(...)")
        fields = self.credentials[ask.credential] if ask.credential is not None else {}
        context = ActionLog(ask, session.execution, fields, session.artifacts)
        answer = self.actions.call(ask, context)
        session.log += context.lines
        return answer
