"""The scripted systems of a Simulator: models, actions, credentials."""

from __future__ import annotations

from collections.abc import Mapping

from botflow.engine.asks import Answer, Ask, Invoke
from botflow.testing.scripted.actions import Step
from botflow.testing.scripted.model import Said
from botflow.testing.scripted.world import ScriptedWorld
from botflow.testing.simulated.deployment import Deployment
from botflow.testing.simulated.session import SimulatedSession


class Scripts:
    """What the world answers, instead of a model, a service or another system."""

    deployment: Deployment
    _world: ScriptedWorld

    def model(self, *answers: object, when: Said | None = None) -> None:
        """Script the model's next answers, or with `when` its answer to a text; see ScriptedModel.

        Until a test does so, the offline model of `botflow chat` answers. From then on an Ask that the script does not
        answer fails the test.
        """
        self._world.script.add(*answers, when=when)

    def action(self, name: str, *outcomes: object, step: Step = "") -> None:
        """Replace the `@action` of this name by outcomes, in order; the last one is repeated.

        An outcome is a result, an exception (TimeoutError: no answer in time), or a function with the parameters of the
        action's own. An action without a script runs its own function. `step` is `submit` or `check` of a `@polling`
        node. UsageError `simulator.action` when there is no such action.
        """
        self._world.actions.script(name, outcomes, step)

    def credential(self, name: str, **fields: str) -> None:
        """Give actions the secret fields that a node's `credential` names."""
        self._world.credentials[name] = fields

    def calls(self, action: str) -> list[Mapping[str, object]]:
        """Return the rendered properties of every call of an action, of runs too."""
        asks = (ask for session in self.deployment.sessions.values() for ask in session.asks)
        return [ask.properties for ask in asks if isinstance(ask, Invoke) and ask.type == action]

    def perform(self, session: SimulatedSession, ask: Ask) -> Answer:
        """Answer one Ask of a session; a subclass may answer in another way."""
        return self._world.perform(session, ask)
