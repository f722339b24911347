"""chat.webhook: the payloads of four services, values that call nobody, an address that is told to nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any

import botflow_chat_webhook
import botflow_chat_webhook.post
import pytest
from botflow_chat_webhook.errors import PASSING
from botflow_chat_webhook.escaping import discord, mattermost
from botflow_chat_webhook.node import SendToChat
from botflow_chat_webhook.services import service_of

from botflow import Flow
from botflow.engine.asks import Invoke
from botflow.errors import BotflowError
from botflow.outgoing_targets import Network
from botflow.testing import Simulator
from botflow.testing.contracts import NodeExample, NodeTypeContract
from botflow.testing.scripted.actions import ActionLog
from tests.stand_ins.chat_webhooks import KEY, ChatWebhooks, chat_webhooks

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"),)
EVIL = "@everyone <!channel> <@1> [our bank](https://evil.example) *x*"


class TestContract(NodeTypeContract):
    @pytest.fixture
    def node_example(self) -> NodeExample:
        return NodeExample(node_type=SendToChat(), properties={"text": "{{ color }}"}, variables={"color": "red"})


class Context(ActionLog):
    """The context of one call; `allowed` are the networks that the operators allow."""

    allowed: Sequence[Network] = LOOPBACK

    @property
    def account_networks(self) -> Sequence[Network] | None:
        return self.allowed if self._ask.credential else None


@pytest.fixture
async def chats() -> AsyncIterator[ChatWebhooks]:
    async with chat_webhooks() as stand_in:
        yield stand_in


async def post(
    fields: Mapping[str, str],
    text: Sequence[str] = ("Hi",),
    title: Sequence[str] = ("",),
    *,
    named: str | None = None,
    networks: Sequence[Network] = LOOPBACK,
) -> Any:
    ask = Invoke(
        type="chat.webhook",
        properties={"text": "".join(text)},
        variables={},
        state={"text": list(text), "title": list(title)},
        credential=named,
    )
    context = Context(ask, "execution", fields, {})
    context.allowed = networks
    return await SendToChat().invoke(ask, context)


async def code_of(fields: Mapping[str, str], **more: Any) -> str:
    with pytest.raises(BotflowError) as failed:
        await post(fields, **more)
    assert "canary" not in str(failed.value)
    assert "secret" not in str(failed.value)
    return failed.value.code


async def test_each_service_gets_its_own_payload(chats: ChatWebhooks) -> None:
    for service in ("teams", "discord", "mattermost", "slack"):
        sent = await post(chats.settings(service), ("*New* from ", EVIL), ("Order ", "7"))
        assert sent == {"service": service, "id": "1234567890" if service == "discord" else ""}

    teams, in_discord, in_mattermost, in_slack = (body for _, body in chats.got)
    lines = [block["inlines"][0] for block in teams["attachments"][0]["content"]["body"]]
    assert [line["text"] for line in lines] == ["Order 7", f"*New* from {EVIL}"]  # shown as it is: no markup there
    at = "@\u200b"
    assert in_discord == {
        "embeds": [
            {
                "title": "Order 7",
                "description": f"*New* from {at}everyone \\<!channel\\> \\<{at}1\\>"
                " \\[our bank\\]\\(https://evil.example\\) \\*x\\*",
            }
        ],
        "allowed_mentions": {"parse": []},
    }
    assert in_mattermost["text"] == (
        f"**Order 7**\n*New* from {at}everyone &lt;!channel&gt; &lt;{at}1&gt;"
        " \\[our bank\\]\\(https://evil.example\\) \\*x\\*"
    )
    assert in_slack["text"] == (
        "*Order 7*\n*New* from @everyone &lt;!channel&gt; &lt;@1&gt; [our bank](https://evil.example) *x*"
    )
    assert in_slack["unfurl_links"] is False


async def test_a_text_that_is_too_long_is_cut(chats: ChatWebhooks) -> None:
    for length in (2_000, 2_001, 20_000):
        for service in ("teams", "discord", "mattermost", "slack"):
            await post(chats.settings(service), ("ä" * length,))

    plain, embedded, cut = (body for service, body in chats.got if service == "discord")
    assert len(plain["content"]) == 2_000
    assert len(embedded["embeds"][0]["description"]) == 2_001
    assert cut["embeds"][0]["description"].endswith("ä…")


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("https://hooks.slack.com/services/x", "slack"),
        ("https://discord.com/api/webhooks/1/x", "discord"),
        ("https://ptb.discord.com/api/webhooks/1/x", "discord"),
        ("https://prod-01.westeurope.logic.azure.com:443/workflows/x", "teams"),
        ("https://default1.2.environment.api.powerplatform.com/powerautomate/x", "teams"),
        ("https://a.webhook.office.com/webhookb2/x", "teams"),
        ("https://chat.example.com/hooks/x", None),
        ("https://evildiscord.com/x", None),
        ("https://discord.com.evil.example/x", None),
    ],
)
def test_the_host_says_the_service(url: str, service: str | None) -> None:
    assert service_of(url) == service


async def test_refusals_leave_by_their_code_and_without_the_address(
    chats: ChatWebhooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack = chats.settings("slack")
    for answer, code in ((404, "chat.gone"), (403, "chat.gone"), (400, "chat.rejected"), (302, "chat.rejected")):
        chats.answers = [answer]
        assert await code_of(slack) == code, answer
    chats.answers = [500]
    assert await code_of(slack) == "chat.unknown"
    assert chats.got == []
    chats.answers = ["drop"]
    assert await code_of(slack) == "chat.unknown"
    assert len(chats.got) == 1
    monkeypatch.setattr(botflow_chat_webhook.post, "WITHIN_S", 0.3)
    chats.answers = ["hang"]
    assert await code_of(slack) == "chat.unknown"
    assert "chat.unknown" not in PASSING
    assert await code_of({**slack, "url": f"http://127.0.0.1:1/{KEY}"}) == "chat.unreachable"
    assert await code_of({}) == "chat.not_configured"
    assert await code_of({"url": slack["url"]}) == "chat.service"


async def test_an_answer_without_end_is_read_to_its_bound(chats: ChatWebhooks) -> None:
    chats.answers = ["endless"]
    assert (await post(chats.settings("discord")))["id"] == ""


async def test_too_many_messages_wait_as_the_service_says(chats: ChatWebhooks) -> None:
    chats.answers = [0.01, 0.01]
    await post(chats.settings("slack"))
    assert (chats.calls, len(chats.got)) == (3, 1)
    chats.answers = [60.0]
    assert await code_of(chats.settings("slack")) == "chat.rate_limited"
    chats.answers = [0.01] * 3
    assert await code_of(chats.settings("slack")) == "chat.rate_limited"


async def test_the_address_of_an_organization_leads_only_where_it_may(chats: ChatWebhooks) -> None:
    slack = chats.settings("slack")
    assert await code_of(slack, named="Sales", networks=()) == "credential.address"
    for url in (f"https://10.0.0.1/{KEY}", f"https://[::1]/{KEY}", f"https://2130706433/{KEY}", f"ftp://x/{KEY}"):
        assert await code_of({**slack, "url": url}, named="Sales", networks=()) == "credential.address", url
    assert await code_of({**slack, "url": f"https://no.such.invalid/{KEY}"}, named="Sales") == "chat.unreachable"
    assert chats.calls == 0
    await post(slack, named="Sales")
    assert chats.calls == 1


def test_a_turn_keeps_values_apart_from_the_authors_words() -> None:
    flow = Flow("shop", variables={"name": "\ue0f0@all\ue0f1", "items": ["<a>"]})
    post = botflow_chat_webhook.send(
        flow, "*New*: {{ name }}, {{ items }}!", title="{% if name %}For {{ name }}{% endif %}"
    )
    flow.message_received() >> post >> flow.say("{{ $webhook.service }}")
    talk, asked = Simulator(flow), []

    def keep(properties: Any, variables: Any, context: Any) -> dict[str, Any]:
        asked.append((properties, context._ask.state))
        return {"service": "slack", "id": ""}

    talk.action("chat.webhook", keep)
    assert talk.says("go") == ["slack"]

    [(properties, state)] = asked
    assert (properties.title, properties.text) == ("For @all", '*New*: @all, ["<a>"]!')
    assert state == {"title": ["For ", "@all", ""], "text": ["*New*: ", "@all", ", ", '["<a>"]', "!"]}


@pytest.mark.parametrize(
    ("value", "in_discord", "in_mattermost"),
    [
        ("# Heading", "\\# Heading", "\\# Heading"),
        ("a\n- b\n 12. c", "a\n\\- b\n 12\\. c", "a\n\\- b\n 12\\. c"),
        ("> quoted", "\\> quoted", "&gt; quoted"),
        ("2026-11-27 at 9.30", "2026-11-27 at 9.30", "2026-11-27 at 9.30"),
        ("\\`code`", "\\\\\\`code\\`", "\\\\\\`code\\`"),
        ("||spoiler|| ~~x~~", "\\|\\|spoiler\\|\\| \\~\\~x\\~\\~", "\\|\\|spoiler\\|\\| \\~\\~x\\~\\~"),
    ],
)
def test_markdown_in_a_value_is_shown(value: str, in_discord: str, in_mattermost: str) -> None:
    assert (discord(value), mattermost(value)) == (in_discord, in_mattermost)
