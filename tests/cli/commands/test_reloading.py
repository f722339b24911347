"""Flow files that are saved while `botflow serve --dev` or `botflow chat` runs."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.cli.conftest import Call
from tests.cli.processes import SECRET, Process, running

BAR = """\
id: {id}
nodes:
  - {{id: start, type: chatbot, actionType: message_received, next: ask}}
  - {{id: ask, type: chatbot, actionType: ask, properties: {{text: "{ask}", variable: answer}}, next: done}}
  - {{id: done, type: chatbot, actionType: say, properties: {{text: "{done}"}}}}
"""
IN_PYTHON = """\
import botflow

flow = botflow.Flow("python")
start = flow.message_received()
start >> flow.say("TEXT")
plugin = botflow.Plugin(name="mine")
"""


def bar(name: str = "bar", *, ask: str = "What would you like?", done: str = "Here you are.") -> str:
    return BAR.format(id=name, ask=ask, done=done)


def opened(server: Process, workflow: str = "bar") -> str:
    return str(server.post(f"/chat/{workflow}/sessions")["token"])


def says(server: Process, token: str, text: str, workflow: str = "bar") -> list[str]:
    said = server.post(f"/chat/{workflow}/messages", {"text": text}, token)
    return [message["text"] for message in said["messages"]]


def test_a_saved_flow_is_served_and_conversations_under_way_keep_theirs(tmp_path: Path) -> None:
    file = tmp_path / "bar.yaml"
    file.write_text(bar())
    with running(tmp_path, "serve", "bar.yaml", "--dev", "--port", "0") as server:
        server.wait_for("ready at")
        before = opened(server)
        assert says(server, before, "hi") == ["What would you like?"]

        file.write_text(bar(ask="Tea or coffee?", done="Enjoy."))
        server.wait_for("bar.yaml: bar is served in its new version")

        assert says(server, before, "tea") == ["Here you are."]
        assert says(server, opened(server), "hi") == ["Tea or coffee?"]
        assert says(server, before, "hi") == ["Tea or coffee?"]  # the open page continues with the next conversation

        file.write_text(bar().replace("next: ask", "next: aks"))
        server.wait_for("The version before is still served")
        assert "bar.yaml:3:" in server.output
        assert "edge.unknown_node there is no node 'aks' (did you mean ask?)" in server.output
        assert says(server, opened(server), "hi") == ["Tea or coffee?"]

        file.write_text(bar(ask="And now?"))
        while server.output.count("new version") < 2:
            server.wait_for("bar is served")
        assert says(server, opened(server), "hi") == ["And now?"]
        assert server.stop() == 0
        assert "Traceback" not in server.output


def test_warnings_are_told_at_the_start_and_with_each_version(tmp_path: Path) -> None:
    file = tmp_path / "bar.yaml"
    file.write_text(bar(done="Hi {{ anser }}."))
    other = tmp_path / "other.yaml"
    other.write_text(bar("other", done="{{ nothing }}"))
    with running(tmp_path, "serve", "bar.yaml", "other.yaml", "--dev", "--port", "0") as server:
        server.wait_for("ready at")
        assert "'done' reads the variable 'anser', and nothing sets it (did you mean answer?)" in server.output
        assert server.output.count("warning variable.never_set") == 2

        file.write_text(bar(done="Hi {{ ansewr }}."))
        server.wait_for("'ansewr', and nothing sets it")
        assert server.output.count("warning variable.never_set") == 3

        file.write_text(bar())
        while server.output.count("new version") < 2:
            server.wait_for("bar is served")
        assert server.output.count("warning variable.never_set") == 3
        server.stop()


def test_without_dev_warnings_are_counted(tmp_path: Path) -> None:
    (tmp_path / "bar.yaml").write_text(bar(done="{{ one }} {{ two }}"))
    with running(tmp_path, "serve", "bar.yaml", "--port", "0", BOTFLOW_SECRET_KEY=SECRET) as server:
        server.wait_for("ready at")
        server.wait_for("worker")
        server.stop()
    assert "2; see them with: botflow check bar.yaml" in server.output
    assert "variable.never_set" not in server.output


def test_a_terminal_conversation_tells_warnings_shortly_and_beside_the_conversation(tmp_path: Path) -> None:
    names = " ".join(f"{{{{ n{number} }}}}" for number in range(15))
    (tmp_path / "bar.yaml").write_text(bar(done=names))
    command = [sys.executable, "-m", "botflow", "chat", "bar.yaml"]
    ended = subprocess.run(command, cwd=tmp_path, input="hi\n", capture_output=True, text=True, timeout=60, check=True)
    assert ended.stderr.count("warning variable.never_set") == 10
    assert "5 more warnings: botflow check bar.yaml" in ended.stderr
    assert "warning" not in ended.stdout


def test_files_come_to_a_served_folder_and_go(tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    flows.mkdir()
    (flows / "bar.yaml").write_text(bar())
    (flows / "notes.txt").write_text("no flow")
    with running(tmp_path, "serve", "flows", "--dev", "--port", "0") as server:
        server.wait_for("workflows  bar")

        (flows / "shop.yml").write_text(bar("shop", ask="Which size?"))
        server.wait_for("shop.yml: shop is served now")
        assert says(server, opened(server, "shop"), "hi", "shop") == ["Which size?"]

        (flows / "shop.yml").unlink()
        server.wait_for("botflow workflows deactivate shop")
        assert says(server, opened(server, "shop"), "hi", "shop") == ["Which size?"]

        (flows / "twin.yaml").write_text(bar())
        server.wait_for("both have the id 'bar'")


def test_a_flow_in_python_is_read_again_and_its_plugin_is_not(tmp_path: Path) -> None:
    file = tmp_path / "bot.py"
    file.write_text(IN_PYTHON.replace("TEXT", "One."))
    with running(tmp_path, "serve", "bot.py", "--dev", "--port", "0") as server:
        server.wait_for("ready at")
        assert says(server, opened(server, "python"), "hi", "python") == ["One."]

        file.write_text(IN_PYTHON.replace("TEXT", "Two."))
        server.wait_for("python is served in its new version")
        assert says(server, opened(server, "python"), "hi", "python") == ["Two."]
        assert "its plugin and the modules that it imports are those of the start" in server.output

        file.write_text("raise SystemExit(3)")
        server.wait_for("The version before is still served")
        assert says(server, opened(server, "python"), "hi", "python") == ["Two."]


def test_a_file_that_is_saved_while_the_server_starts_is_served_as_it_was_saved(tmp_path: Path) -> None:
    file = tmp_path / "bar.yaml"
    file.write_text(bar())
    (tmp_path / "late.py").write_text(
        f"from pathlib import Path\nPath({str(file)!r}).write_text({bar(done='Enjoy.')!r})\n"
        + IN_PYTHON.replace("TEXT", "One.")
    )
    with running(tmp_path, "serve", "bar.yaml", "late.py", "--dev", "--port", "0") as server:
        server.wait_for("bar is served in its new version")


def test_without_dev_files_are_read_once(tmp_path: Path) -> None:
    file = tmp_path / "bar.yaml"
    file.write_text(bar())
    settings = {"BOTFLOW_SECRET_KEY": "test-secret-key-0123456789-0123456789"}
    with running(tmp_path, "serve", "bar.yaml", "--port", "0", **settings) as server:
        server.wait_for("ready at")
        file.write_text("id: broken")
        time.sleep(1.5)  # longer than a change takes with --dev
        assert "still served" not in server.output


def test_a_terminal_conversation_continues_with_the_saved_flow(tmp_path: Path) -> None:
    file = tmp_path / "bar.yaml"
    file.write_text(bar())
    with subprocess.Popen(
        [sys.executable, "-m", "botflow", "chat", "bar.yaml"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        lines = iter(child.stdout.readline, "")

        def types(text: str) -> None:
            assert child.stdin is not None
            child.stdin.write(f"{text}\n")
            child.stdin.flush()

        def until(words: str) -> None:
            assert any(words in line for line in lines), words

        types("hi")
        until("What would you like?")
        file.write_text(bar(ask="Tea or coffee?", done="Enjoy."))
        until("bar.yaml: bar is served in its new version")
        types("tea")
        until("Here you are.")
        types("hi again")
        until("Tea or coffee?")
        file.write_text(bar().replace("next: ask", "next: aks"))
        until("edge.unknown_node")
        child.stdin.close()


def test_a_folder_is_its_flow_files(botflow: Call, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(bar("a"))
    (tmp_path / "b.json").write_text('{"id": "b", "nodes": []}')
    (tmp_path / "readme.md").write_text("")

    checked = botflow("check", str(tmp_path))

    assert "flow.no_trigger" in checked.out
    assert "2 files: 1 error, 0 warnings." in checked.out


def test_a_folder_without_flows_is_a_wrong_call(botflow: Call, tmp_path: Path) -> None:
    checked = botflow("check", str(tmp_path))

    assert checked.status == 2
    assert "holds no flow files" in checked.err


def test_a_folder_of_very_many_files_is_refused(botflow: Call, tmp_path: Path) -> None:
    for number in range(1_001):
        (tmp_path / f"{number}.yaml").touch()

    checked = botflow("check", str(tmp_path))

    assert checked.status == 2
    assert "more than 1000 flow files" in checked.err
