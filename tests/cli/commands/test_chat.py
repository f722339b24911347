"""`botflow chat`: the conversation in a terminal, from a pipe and at a prompt."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.cli.processes import run, running

LONGEST_S = 60.0
SLOW = """\
id: slow
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: ask}
  - id: ask
    type: chatbot
    actionType: ask
    properties: {text: Still there?, variable: answer, timeout: 1s}
    on: {answered: good, timeout: late}
  - {id: good, type: chatbot, actionType: say, properties: {text: "Good: {{ answer }}"}}
  - {id: late, type: chatbot, actionType: say, properties: {text: You fell asleep.}}
"""
BUTTONS = """\
id: buttons
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: pick}
  - id: pick
    type: chatbot
    actionType: say
    properties: {text: Pick one., quickReplies: [{title: Red, payload: r}, {title: Blue, payload: b}]}
    next: wait
  - {id: wait, type: chatbot, actionType: ask, properties: {text: "Well?", variable: answer}, next: done}
  - {id: done, type: chatbot, actionType: say, properties: {text: "{{ answer }} {{ $input.payload }}"}}
"""
FAILING = """\
id: failing
apology: That went wrong; we are sorry.
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: divide}
  - {id: divide, type: logic, actionType: set, properties: {variables: {half: "{{ 1 / zero }}"}}, next: done}
  - {id: done, type: chatbot, actionType: say, properties: {text: "{{ half }}"}}
variables: {zero: 0}
"""

SPEECHLESS = """\
id: speechless
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: talk}
  - {id: talk, type: ai, actionType: reply, properties: {instructions: Answer.}}
"""
# Its model and its action answer once the test has seen what was said before.
HELD = """\
import asyncio
from pathlib import Path

from botflow import Flow, Plugin, Properties, action
from botflow.engine.asks import Answer

HERE = Path(__file__).parent


async def held():
    for _ in range(400):
        if (HERE / "seen").exists():
            return "Here it is."
        await asyncio.sleep(0.05)
    return "Nobody saw it."


class Held:
    name = "held"

    async def answer(self, ask, on_delta=None):
        text = await held()
        if on_delta is not None:
            await on_delta(text)
        return Answer(value=text, usage={"model": self.name})

    async def close(self):
        pass


@action("shop.look_up", timeout_s=30)
async def look_up(properties: Properties, variables):
    return {"text": await held()}


plugin = Plugin(name="held", node_types=(look_up,), model=lambda _: Held())
flow = Flow("held")
wait = flow.say("One moment, please.")
flow.message_received() >> wait
"""
HELD_BY = {
    "model": 'wait >> flow.reply("Answer.", fallback="I cannot say.")\n',
    "action": 'wait >> flow.node("shop.look_up", id="found") >> flow.say("{{ $found.text }}")\n',
}
NESTED = """\
id: nested
variables: {kept: above}
interrupts:
  - {id: aside, match: [advice], target: topic}
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: all}
  - {id: all, type: logic, actionType: loop, properties: {items: [red, blue], as: colour}, on: {each: note, done: end}}
  - {id: note, type: logic, actionType: set, properties: {variables: {seen: "{{ colour }}!"}}, next: why}
  - {id: why, type: chatbot, actionType: ask, properties: {text: "Why {{ colour }}?", variable: reason}}
  - {id: topic, type: logic, actionType: set, properties: {variables: {aside: "{{ seen }}"}}, next: what}
  - {id: what, type: chatbot, actionType: ask, properties: {text: "Advice on what?", variable: about}}
  - {id: end, type: chatbot, actionType: say, properties: {text: "{{ reason }}"}}
"""


def chat(flow: str, typed: str) -> str:
    """Pipe `typed` into a conversation with `flow`, and return what it printed."""
    ended = run(Path(flow).parent, "chat", flow, typed=typed)
    assert (ended.status, ended.errors) == (0, "")
    return ended.out


def written(folder: Path, text: str) -> str:
    file = folder / "flow.yaml"
    file.write_text(text)
    return str(file)


def test_commands_show_variables_path_and_help(tmp_path: Path) -> None:
    out = chat(written(tmp_path, SLOW.replace("1s", "1h")), "hi\n/vars\nyes\n/trace\n/vars\n/what\n/quit\nnot read\n")

    assert "> /vars\n{}\n" in out
    assert "  ask --answered--> good\n" in out
    assert "(no conversation is under way; the next message starts one)" in out
    assert "/vars   what the flow knows" in out
    assert out.endswith("> /quit\n")


def test_inside_a_loop_and_a_digression_the_variables_in_force_are_shown(tmp_path: Path) -> None:
    typed = ("hi", "/vars", "advice", "/vars", "life", "/vars", "nice", "/vars")
    out = chat(written(tmp_path, NESTED), "".join(f"{line}\n" for line in typed))

    shown = [json.loads(piece[: piece.index("\n}\n") + 3]) for piece in out.split("> /vars\n")[1:]]
    red = {"kept": "above", "colour": "red", "seen": "red!"}
    assert shown == [
        red,  # in the loop's body
        {**red, "aside": "red!"},  # in the digression out of it
        {**red, "aside": "red!", "about": "life"},  # back in the body
        {"kept": "above", "colour": "blue", "seen": "blue!", "aside": "red!", "about": "life", "reason": "nice"},
    ]


def test_the_person_to_whom_a_flow_hands_off_can_be_played(tmp_path: Path) -> None:
    flow = """id: desk
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: agent}
  - {id: agent, type: logic, actionType: handoff, next: done}
  - {id: done, type: chatbot, actionType: say, properties: {text: "Noted: {{ $agent.note }}"}}
"""
    out = chat(written(tmp_path, flow), "/return early\nhi\n/trace\nhello?\n/return all is well\n")

    waits = "(the conversation waits for a person; /return NOTE plays that person)"
    assert out.count(waits) == 2
    assert "(the flow has the conversation)" in out
    assert "agent hands off to a person, in the queue default" in out
    assert out.rstrip().endswith("> /return all is well\nNoted: all is well")


def test_a_number_picks_a_quick_reply(tmp_path: Path) -> None:
    out = chat(written(tmp_path, BUTTONS), "hi\n2\n")

    assert out.endswith("Pick one.\n  1. Red\n  2. Blue\nWell?\n> 2\n2 b\n")


def test_a_failed_execution_leaves_the_apology_and_says_where_to_look(tmp_path: Path) -> None:
    out = chat(written(tmp_path, FAILING), "hi\n/trace\n")

    assert "That went wrong; we are sorry.\n(the execution failed at divide: condition.failed, " in out
    assert "  failed at divide: " in out


def test_a_reply_without_a_model_and_without_a_fallback_says_which_of_the_two_to_set(tmp_path: Path) -> None:
    written(tmp_path, SPEECHLESS)
    ended = run(tmp_path, "chat", "flow.yaml", typed="hi\n/trace\n")

    advice = "no language model is configured, and the node has no fallback text: set a model's key, or add a fallback"
    assert f"(the execution failed at talk: model.offline, {advice})\n" in ended.out
    assert f"  failed at talk: model.offline, {advice}\n" in ended.out


def test_a_timeout_arrives_while_nobody_types(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "botflow", "chat", written(tmp_path, SLOW)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("hi\n")
    child.stdin.flush()
    lines = [child.stdout.readline() for _ in range(3)]
    child.stdin.close()
    child.stdout.close()

    assert lines == ["> hi\n", "Still there?\n", "You fell asleep.\n"]
    assert child.wait(LONGEST_S) == 0


@pytest.mark.parametrize("asked", HELD_BY)
def test_what_is_said_before_a_slow_answer_is_shown_at_once_and_once(tmp_path: Path, asked: str) -> None:
    flow = tmp_path / "held.py"
    flow.write_text(HELD + HELD_BY[asked])
    child = subprocess.Popen(
        [sys.executable, "-m", "botflow", "chat", str(flow)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("hi\n")
    child.stdin.flush()
    before = [child.stdout.readline() for _ in range(2)]
    (tmp_path / "seen").touch()
    child.stdin.close()
    after = child.stdout.read()
    child.stdout.close()

    assert before == ["> hi\n", "One moment, please.\n"]
    assert after == "Here it is.\n"
    assert child.wait(LONGEST_S) == 0


def test_at_a_prompt_messages_appear_above_what_is_being_typed(tmp_path: Path) -> None:
    flow = written(tmp_path, SLOW)
    child, terminal = pty.fork()
    if child == 0:  # the child's side of the fork
        os.environ["TERM"] = "xterm"
        os.execv(sys.executable, [sys.executable, "-m", "botflow", "chat", flow])
    screen = Screen(terminal)

    screen.wait_for("/quit leaves")
    screen.type("hi\r")
    screen.wait_for("Still there?")
    screen.type("half a sen")  # no return: the timeout comes in between
    screen.wait_for("You fell asleep.")
    screen.wait_for("half a sen")  # the prompt is back: until then the terminal itself takes what is typed
    screen.type("\x15\x04")  # Ctrl-U clears the line, Ctrl-D leaves

    assert screen.exit_code_of(child) == 0
    os.close(terminal)


def test_a_rehearsal_touches_no_database_of_yours_and_no_phone(tmp_path: Path) -> None:
    flow = written(tmp_path, SLOW)
    settings = {
        "BOTFLOW_DATABASE_URL": "postgresql://127.0.0.1:1/unreachable",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "1" * 32,
    }

    with running(tmp_path, "chat", flow, **settings) as conversation:
        assert conversation.child.wait(LONGEST_S) == 0  # nothing is typed: it ends with its input

    assert conversation.output == ""
    assert [path.name for path in tmp_path.iterdir() if "db" in path.name] == []


def test_a_flow_that_cannot_be_compiled_is_not_talked_to(botflow: Call, tmp_path: Path) -> None:
    ended = botflow("chat", written(tmp_path, "id: empty\nnodes: []\n"))

    assert ended.status == 1
    assert "Traceback" not in ended.err


class Screen:
    """The other end of a terminal."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._shown = ""

    def type(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def wait_for(self, words: str) -> None:
        """Return once these words are shown, after those that were waited for before."""
        deadline = time.monotonic() + LONGEST_S
        while words not in self._shown:
            assert time.monotonic() < deadline, self._shown
            self._read()
        self._shown = self._shown.partition(words)[2]

    def exit_code_of(self, child: int) -> int:
        """Return how the process at the terminal has ended; it is killed when it does not end."""
        deadline = time.monotonic() + LONGEST_S
        while True:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
            with suppress(OSError):  # EIO on Linux: the process has closed its end
                self._read()

    def _read(self) -> None:
        if select.select([self._terminal], [], [], 0.1)[0]:
            piece = os.read(self._terminal, 4096).decode(errors="replace")
            if "\x1b[6n" in piece:  # prompt_toolkit asks where the cursor is
                self.type("\x1b[1;1R")
            self._shown += piece


@pytest.mark.parametrize("trigger", ["twilio.message_received", "trigger.manual"])
def test_a_flow_that_no_message_of_the_chat_starts_says_so(tmp_path: Path, trigger: str) -> None:
    type_, action = trigger.split(".")
    flow = SLOW.replace("type: chatbot, actionType: message_received", f"type: {type_}, actionType: {action}")
    out = chat(written(tmp_path, flow), "hi\n")

    assert f"slow stays silent here: only 'start' ({trigger}) starts it" in out
    assert "stays silent" not in chat(written(tmp_path, SLOW), "hi\n")
