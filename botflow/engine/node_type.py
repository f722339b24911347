"""What a node type is, and the outcomes a visit may have."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Generator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from botflow.engine.asks import Answer, Ask, AskModel, Invoke
from botflow.engine.inbound import Inbound, InboundKind
from botflow.engine.scene import Scene
from botflow.errors import FlowError
from botflow.flow.node_spec import NodeSpec
from botflow.values import value

if TYPE_CHECKING:
    from botflow.outgoing_files import WebFile
    from botflow.outgoing_targets import Network


@value(frozen=True, slots=True)
class Leave:
    """Leave by `handle`. `output` is what `$node.field` reads."""

    handle: str = "next"
    output: Mapping[str, Any] = field(default_factory=dict)


@value(frozen=True, slots=True)
class WaitForMessage:
    """Park here until the person writes, or until `timeout_s` has passed since the commit.

    After each of `reminders_s` without an answer the node resumes with `scene.alarm == "reminder"`; it says something
    and returns KeepWaiting. With `delivery` it also resumes, with an inbound of that kind, when a message that is
    awaited by `scene.group` does not arrive.
    """

    timeout_s: float | None = None
    reminders_s: tuple[float, ...] = ()
    delivery: bool = False


@value(frozen=True, slots=True)
class Park:
    """Wait for something else: inbounds of the kinds in `accepts`, a time span, or a moment (aware). Resumes the node.

    Ends of other sessions and delivery reports that it waits for carry `scene.group`. Messages stay queued meanwhile,
    unless "message" is accepted.
    """

    accepts: tuple[InboundKind, ...] = ()
    for_s: float | None = None
    until: datetime | None = None


@value(frozen=True, slots=True)
class KeepWaiting:
    """Keep the current wait: after a reminder, or while some children have not ended."""


@value(frozen=True, slots=True)
class EnterSubflow:
    """Push a frame that runs `workflow` with `variables`; its end resumes this node with `scene.returned`."""

    workflow: str
    variables: Mapping[str, Any]


@value(frozen=True, slots=True)
class EnterBody:
    """Push a frame on what `handle` of this node leads to, over the same variables; its end resumes this node.

    A node that fails in the body, with nothing connected to its `error`, resumes this node with `scene.failure` if the
    node type Catches; otherwise the failure is passed on.
    """

    handle: str


@value(frozen=True, slots=True)
class End:
    """End the whole execution; `output` is its result, None is null. Without one (`...`) a run gives its variables."""

    output: Any = ...


Outcome = Leave | WaitForMessage | Park | KeepWaiting | EnterSubflow | EnterBody | End
Visit = Outcome | Generator[Ask, Answer, Outcome]


class NodeFailure(FlowError):
    """A node could not do its work: it leaves by `error` if that is connected, else the execution fails."""

    code = "node.failed"

    def __init__(
        self, message: str, *, code: str | None = None, hint: str = "", node: str = "", is_final: bool = False
    ) -> None:
        """`node` is the node that failed first, if another one raises. A final failure is not tried again by the node's
        `retry`: that would be in vain, or could do twice what may have been done."""
        super().__init__(message, code=code, hint=hint)
        self.node = node
        self.is_final = is_final


class NodeType(NodeSpec, ABC):
    """The base of node types: give it a `name`, the schema of its `properties`, and `visit`.

        class Greet(NodeType):
            name = "shop.greet"
            properties = GreetProperties

            def visit(self, properties: GreetProperties, scene: Scene) -> Visit:
                scene.say(scene.render(properties.text))
                return Leave()

    Override what differs from most node types: more handles, `waits`, `sets`, `speaks`, `rests` (see NodeSpec).
    A node that waits has `resume`, too; the other optional abilities are the protocols below.
    """

    @abstractmethod
    def visit(self, properties: Any, scene: Scene) -> Visit:
        """Run the node on entry, and when a digression is over and its question must be asked again.

        Return an Outcome, or be a generator that yields Asks when the node needs the world.
        """


@runtime_checkable
class Resumable(Protocol):
    """The optional ability of a node type that waits or enters a subflow."""

    def resume(self, properties: Any, scene: Scene) -> Visit:
        """Continue with what it waited for: `scene.inbound` (a message or a timeout), or `scene.returned`."""


@runtime_checkable
class Catches(Protocol):
    """The optional ability of a node type whose body may fail: it resumes with `scene.failure`."""

    def catches(self, properties: Any, scene: Scene) -> bool:
        """Say whether the node takes the failure of its body."""


@runtime_checkable
class Finishes(Protocol):
    """The optional ability of a node type with a last body: one that runs before the node leaves or the execution ends.

    The engine enters it when the execution ends while another body of the node runs.
    """

    def last_body(self, properties: Any, scene: Scene) -> str:
        """Return the handle of the last body; "" if nothing is connected there."""

    def is_finishing(self, properties: Any, scene: Scene) -> bool:
        """Say whether the last body has begun."""

    def finish(self, properties: Any, scene: Scene, error: Mapping[str, str]) -> None:
        """Take note that the last body begins, because the execution ends: `error` says why, {} when it completes."""


@runtime_checkable
class Starts(Protocol):
    """The optional ability of a trigger."""

    def starts(self, properties: Any, inbound: Inbound) -> bool:
        """Say whether this trigger takes `inbound`."""


Fit = Literal["no", "hardly", "loosely", "possibly", "exactly", "literally"]
"""How well a message answers a question, from worst to best. A question for any text takes it "loosely", and "hardly"
if it reads like another kind of answer ("5", "tomorrow"). "possibly": the answer may as well be one to another question
(a bare number as a time of day). "literally": it is one of the question's own words, such as an option's label."""
FITTING: tuple[Fit, ...] = ("possibly", "exactly", "literally")
FREE: tuple[Fit, ...] = ("hardly", "loosely")


@runtime_checkable
class Answerable(Protocol):
    """The optional ability of a question: a message that fits exactly is its answer, not a digression, and people may
    correct what they answered."""

    def fits(self, properties: Any, scene: Scene) -> Fit:
        """Say whether `scene.inbound` would answer the question, and how well; "loosely" if it takes nearly any text.

        If `resume` accepts a message while `scene.corrected` is set, it changes an earlier answer.
        """


@runtime_checkable
class Questioning(Protocol):
    """The optional ability of a question: a model that decides what a message means is told what was asked."""

    def question(self, properties: Any, scene: Scene) -> str:
        """Return the question in the words of this turn."""


@runtime_checkable
class Routing(Protocol):
    """The optional ability of a node type that lets a model choose between routes: the model may learn them before
    anybody writes."""

    def route_ask(self, properties: Any, language: str) -> AskModel:
        """Return the Ask with its choices and its model, without the person's words."""


class ActionContext(Protocol):
    """What an action may know and do besides returning its result; an action with a third parameter gets it.

    `key` is the same whenever this visit is tried again: give it to a provider that takes idempotency keys.
    `credential` holds the secret fields that the node's `credential` names. Where it names none, and the node type has
    a `module`: those of the workflow's set of that module, of the organization's default, or else what the deployment's
    settings say. The addresses in them may lead to the public internet and to the private `account_networks` (see
    outgoing_targets); None: anywhere, as the settings of the deployment are believed. `account` names the set in this
    deployment: a process keeps by it what it got with the set, such as a token. Addresses that a flow says may lead to
    the public internet, and to the private `networks`.
    """

    @property
    def execution(self) -> str: ...

    @property
    def node(self) -> str: ...

    @property
    def attempt(self) -> int: ...

    @property
    def key(self) -> str: ...

    @property
    def credential(self) -> Mapping[str, str]: ...

    @property
    def account(self) -> str: ...

    @property
    def account_networks(self) -> Sequence[Network] | None: ...

    @property
    def networks(self) -> Sequence[Network]: ...

    def is_home(self) -> Awaitable[bool]:
        """Say whether the node is one of the home organization, whose own people set up the server: only then may it
        use what the server's environment variables give access to."""

    def hide(self, secret: str) -> None:
        """Mask what a secret field gave, such as a token, in the result, the failure, the log and what is saved."""

    def log(self, level: Literal["debug", "info", "warning", "error"], message: str) -> None:
        """Write a line into the execution's log."""

    def progress(self, fraction: float, note: str = "") -> Awaitable[None]:
        """Report the progress of the work, from 0 to 1."""

    def save(self, name: str, content: bytes, content_type: str = "application/octet-stream") -> Awaitable[None]:
        """Keep a large result with the execution, under a name; a second one of that name replaces it."""

    def load(self, name: str) -> Awaitable[bytes | None]:
        """Return what was saved in this execution, or None."""

    def file(self, url: str, largest: int) -> Awaitable[WebFile]:
        """Return the file at an address: of a visitor of the organization's chats, as flows keep it, or of the web.

        ProviderError `file.too_large` beyond `largest` bytes, and others as `botflow.outgoing_files` has them.
        """


@runtime_checkable
class Invocable(Protocol):
    """The optional ability of a plugin's node type whose work is an `async def` (see `action` and `polling`)."""

    async def invoke(self, ask: Invoke, context: ActionContext | None = None) -> Any:
        """Carry out `ask`; without a context, only if it does not need one."""


@runtime_checkable
class Remembers(Protocol):
    """The optional ability of an Invocable that keeps in the memory of the process what it has learned of people."""

    def forget(self) -> None:
        """Drop all of it: a person is erased, or a day is over."""


@runtime_checkable
class Reaches(Protocol):
    """The optional ability of an Invocable that lets a provider write to a person by itself: opt-outs and the bounds of
    messages are asked before it is invoked."""

    def recipient(self, ask: Invoke) -> tuple[str, str]:
        """Return the channel and the person's address, in its normal form."""
