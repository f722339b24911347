"""slack.message and slack.file, by the official SDK against a local Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any

import botflow_slack
import botflow_slack.client
import pytest
from botflow_slack.errors import PASSING
from botflow_slack.file import LARGEST, SendSlackFile
from botflow_slack.message import SendSlackMessage

from botflow import Flow
from botflow.engine.asks import Invoke
from botflow.errors import BotflowError
from botflow.flow.problems import FlowProblems
from botflow.outgoing_files import WebFile, read_web_file
from botflow.outgoing_targets import Network
from botflow.testing import Simulator
from botflow.testing.contracts import NodeExample, NodeTypeContract
from botflow.testing.scripted.actions import ActionLog
from tests.stand_ins.slack import TOKEN, SlackStandIn, slack_stand_in

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"),)
EVIL = "<!channel> <https://evil.example|our bank> & <@U1>"
SHOWN = "&lt;!channel&gt; &lt;https://evil.example|our bank&gt; &amp; &lt;@U1&gt;"


class TestMessageContract(NodeTypeContract):
    @pytest.fixture
    def node_example(self) -> NodeExample:
        properties = {"channel": "#{{ color }}", "text": "Hello {{ color }}"}
        return NodeExample(node_type=SendSlackMessage(), properties=properties, variables={"color": "red"})


class TestFileContract(NodeTypeContract):
    @pytest.fixture
    def node_example(self) -> NodeExample:
        properties = {"channel": "C1", "text": "{{ color }}", "name": "colors.txt"}
        return NodeExample(node_type=SendSlackFile(), properties=properties, variables={"color": "red"})


class Context(ActionLog):
    """The context of one call; `allowed` are the networks that the operators allow."""

    allowed: Sequence[Network] = LOOPBACK

    @property
    def account_networks(self) -> Sequence[Network] | None:
        return self.allowed if self._ask.credential else None

    async def file(self, url: str, largest: int) -> WebFile:
        return await read_web_file(url, self.allowed, largest)


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with slack_stand_in() as stand_in:
        yield stand_in


async def call(
    node: SendSlackMessage | SendSlackFile,
    fields: Mapping[str, str],
    *,
    named: str | None = None,
    networks: Sequence[Network] = LOOPBACK,
    artifacts: dict[str, bytes] | None = None,
    **written: Any,
) -> Any:
    ask = Invoke(type=node.name, properties=written, variables={}, credential=named, key="1", node="it")
    context = Context(ask, "execution", fields, artifacts or {})
    context.allowed = networks
    return await node.invoke(ask, context)


async def code_of(node: SendSlackMessage | SendSlackFile, fields: Mapping[str, str], **more: Any) -> str:
    with pytest.raises(BotflowError) as failed:
        await call(node, fields, **more)
    assert TOKEN not in str(failed.value)
    assert "/upload/" not in str(failed.value)
    return failed.value.code


MESSAGE, FILE = SendSlackMessage(), SendSlackFile()
HELLO: dict[str, Any] = {"channel": "#orders", "text": "Hello"}


async def test_a_message_is_posted_and_answered_in_its_thread(slack: SlackStandIn) -> None:
    first = await call(MESSAGE, slack.settings, **HELLO, blocks=[{"type": "divider"}])
    await call(MESSAGE, slack.settings, **HELLO, thread=first["ts"], broadcast=True)

    assert first == {"channel": "C0123456789", "ts": "1700000000.000001"}
    assert slack.posted[0] == {
        "channel": "#orders",
        "text": "Hello",
        "blocks": [{"type": "divider"}],
        "unfurl_links": False,
        "unfurl_media": False,
    }
    assert (slack.posted[1]["thread_ts"], slack.posted[1]["reply_broadcast"]) == (first["ts"], True)


async def test_what_slack_refuses_leaves_by_its_code(slack: SlackStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for answer, code in (
        *(("channel_not_found", "slack.channel"), ("not_in_channel", "slack.channel")),
        *(("invalid_auth", "slack.unauthorized"), ("msg_too_long", "slack.rejected")),
        *(("internal_error", "slack.unknown"), (503, "slack.unknown"), (404, "slack.rejected")),
        *(("x" * 900 + TOKEN, "slack.rejected"), ("huge", "slack.unknown"), ("broken", "slack.unknown")),
        (302, "slack.unknown"),
    ):
        slack.answers = [answer]
        assert await code_of(MESSAGE, slack.settings, **HELLO) == code, answer
    assert await code_of(MESSAGE, {**slack.settings, "botToken": "wrong"}, **HELLO) == "slack.unauthorized"
    assert await code_of(MESSAGE, {}, **HELLO) == "slack.not_configured"
    assert await code_of(MESSAGE, {**slack.settings, "apiUrl": "http://127.0.0.1:1"}, **HELLO) == "slack.unreachable"
    assert slack.posted == []
    assert "slack.unknown" not in PASSING


async def test_too_many_requests_are_made_again_when_slack_says_so(
    slack: SlackStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack.answers = [0.01, 0.01]
    await call(MESSAGE, slack.settings, **HELLO)
    assert (slack.calls, len(slack.posted)) == (3, 1)
    slack.answers = [60.0]
    assert await code_of(MESSAGE, slack.settings, **HELLO) == "slack.rate_limited"
    slack.answers = [0.01] * 9
    assert await code_of(MESSAGE, slack.settings, **HELLO) == "slack.rate_limited"
    assert slack.calls == 7
    assert len(slack.posted) == 1


async def test_a_lost_answer_is_not_asked_for_again(slack: SlackStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    slack.answers = ["drop"]
    assert await code_of(MESSAGE, slack.settings, **HELLO) == "slack.unknown"
    assert len(slack.posted) == 1
    monkeypatch.setattr(botflow_slack.client, "WITHIN_S", 0.3)
    slack.answers = ["hang"]
    assert await code_of(MESSAGE, slack.settings, **HELLO) == "slack.unknown"


async def test_a_file_is_uploaded_in_three_steps(slack: SlackStandIn) -> None:
    sent = await call(
        FILE,
        slack.settings,
        channel="C1",
        artifact="report",
        name="a.csv",
        comment="Look",
        thread="1.2",
        artifacts={"report": b"a,b"},
    )

    assert sent == {"file": "F000000000", "name": "a.csv", "size": 3}
    assert slack.uploads == {"F000000000": b"a,b"}
    assert slack.shown == [
        {
            "files": [{"id": "F000000000", "title": "a.csv"}],
            "channel_id": "C1",
            "initial_comment": "Look",
            "thread_ts": "1.2",
        }
    ]
    full = {"full": b"x" * LARGEST}
    assert (await call(FILE, slack.settings, channel="C1", artifact="full", artifacts=full))["size"] == LARGEST


async def test_a_file_that_cannot_be_sent(slack: SlackStandIn) -> None:
    assert await code_of(FILE, slack.settings, channel="C1", artifact="none") == "slack.file"
    assert await code_of(FILE, slack.settings, channel="C1", artifact="e", artifacts={"e": b""}) == "slack.file"
    assert await code_of(FILE, slack.settings, channel="C1", url="https://10.0.0.1/x", networks=()) == "file.address"
    slack.answers = ["hang", "file_not_found"]
    for address, code in (
        ("ftp://x", "slack.rejected"),
        ("http://127.0.0.1:1/upload/1", "slack.unreachable"),
        ("http://[", "slack.rejected"),
        (f"{slack.url}/upload/F9", "slack.rejected"),
    ):
        slack.answers, slack.upload_url = [], address
        assert await code_of(FILE, slack.settings, channel="C1", text="a") == code, address
    assert slack.shown == []


async def test_the_address_of_an_organization_leads_only_where_it_may(slack: SlackStandIn) -> None:
    """Neither its API, nor the address for a file that its API answers."""
    assert await code_of(MESSAGE, slack.settings, named="Sales", networks=(), **HELLO) == "credential.address"
    await call(MESSAGE, slack.settings, named="Sales", **HELLO)
    slack.upload_url = "http://10.0.0.1/upload/x"
    assert await code_of(FILE, slack.settings, named="Sales", channel="C1", text="a") == "slack.unreachable"
    assert slack.calls == 2


def shop(**nodes: Any) -> tuple[Simulator, list[Any]]:
    flow = Flow("shop", variables={"name": EVIL, "url": "https://a.example/?a=1&b=2"})
    step = nodes["build"](flow)
    flow.message_received() >> step >> flow.say("done")
    step["error"] >> flow.say("error")
    asked: list[Any] = []
    talk = Simulator(flow)

    def keep(properties: Any, variables: Any, context: Any) -> dict[str, Any]:
        asked.append(properties)
        return {"channel": "C1", "ts": "1.2"}

    talk.action(nodes["name"], keep)
    return talk, asked


def test_a_visitors_words_neither_mention_nor_link() -> None:
    talk, asked = shop(
        name="slack.message",
        build=lambda flow: botflow_slack.send_message(
            flow,
            "#orders",
            "<!here> *New* {{ name }}",
            blocks=[
                {"type": "section", "text": {"type": "mrkdwn", "text": "Hi {{ name }}"}},
                {"type": "header", "text": {"type": "plain_text", "text": "{{ name }}"}},
                {"type": "image", "image_url": "{{ url }}", "alt_text": "x"},
            ],
            attachments=[{"pretext": "{{ name }}", "fields": [{"title": "{{ name }}", "value": "{{ name }}"}]}],
        ),
    )
    assert talk.says("go") == ["done"]

    [posted] = asked
    assert posted.text == f"<!here> *New* {SHOWN}"
    section, header, image = posted.blocks
    assert section["text"]["text"] == f"Hi {SHOWN}"
    assert header["text"]["text"] == EVIL  # Slack reads no markup there
    assert image["image_url"] == "https://a.example/?a=1&b=2"
    [attachment] = posted.attachments
    assert attachment == {"pretext": SHOWN, "fields": [{"title": SHOWN, "value": SHOWN}]}


def test_a_comment_is_escaped_and_a_name_is_one_line() -> None:
    talk, asked = shop(
        name="slack.file",
        build=lambda flow: botflow_slack.send_file(
            flow, "C1", text="{{ name }}", name="a\nb\t{{ name }}", comment="{{ name }}"
        ),
    )
    assert talk.says("go") == ["done"]

    assert (asked[0].text, asked[0].comment, asked[0].name) == (EVIL, SHOWN, f"a b {EVIL}")


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ({"channel": "#x"}, "nothing to post"),
        ({"channel": "", "text": "a"}, "channel"),
        ({"channel": "#x", "text": "a", "blocks": [{}] * 51}, "blocks"),
    ],
)
def test_a_message_that_slack_would_refuse_is_found_before(node: dict[str, Any], said: str) -> None:
    flow = Flow("shop")
    flow.message_received() >> flow.node("slack.message", **node)
    with pytest.raises(FlowProblems, match=said):
        Simulator(flow)
