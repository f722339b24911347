"""Providers that count what nodes send them: e-mails, messages in Slack, messages by a webhook.

Each says how it is reached (`environment`), which flow sends to it (`document`), how often it was called and how often
it did what it was asked for; `on_deed` is called when the deed is done, before the answer leaves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from tests.stand_ins.chat_webhooks import ChatWebhooks, chat_webhooks
from tests.stand_ins.slack import SlackStandIn, slack_stand_in
from tests.stand_ins.smtp import MailServer, mail_server

FLOW = """
botflow: 1
id: deeds
name: Deeds
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: act}
  - {id: act, NODE, on: {next: done, error: failed}}
  - {id: done, type: chatbot, actionType: say, properties: {text: Done.}}
  - {id: failed, type: chatbot, actionType: say, properties: {text: "Failed: {{ $act.code }}"}}
"""


class _Counted:
    """What all of them have."""

    node = ""

    def __init__(self) -> None:
        self.on_deed: Callable[[], None] = lambda: None

    def document(self) -> str:
        return FLOW.replace("NODE", self.node)

    def done(self) -> None:
        self.on_deed()


class Mails(_Counted):
    """Takes e-mails. A receiver drops one with a Message-ID that it has: only a new one is a deed."""

    node = 'type: email, actionType: send, properties: {to: ann@example.org, subject: Hello, text: "Hello Ann"}'

    def __init__(self, server: MailServer) -> None:
        super().__init__()
        self._server = server
        server.on_taken = self.done

    @property
    def environment(self) -> Mapping[str, str]:
        return {f"EMAIL_{name.upper()}": value for name, value in self._server.settings().items()}

    @property
    def calls(self) -> int:
        return len(self._server.taken)

    @property
    def deeds(self) -> int:
        return len({taken.message["Message-ID"] for taken in self._server.taken})


class SlackMessages(_Counted):
    """Posts messages; it knows none again."""

    node = 'type: slack, actionType: message, properties: {channel: "#orders", text: Hello}'

    def __init__(self, slack: SlackStandIn) -> None:
        super().__init__()
        self._slack = slack
        slack.on_posted = self.done

    @property
    def environment(self) -> Mapping[str, str]:
        return {"SLACK_BOT_TOKEN": self._slack.settings["botToken"], "SLACK_API_URL": self._slack.settings["apiUrl"]}

    @property
    def calls(self) -> int:
        return self._slack.calls

    @property
    def deeds(self) -> int:
        return len(self._slack.posted)


class SlackFiles(SlackMessages):
    """Shows files; bytes that were sent and not shown are no deed. A file takes two calls that are counted."""

    node = "type: slack, actionType: file, properties: {channel: C0123456789, text: Hello, name: hello.txt}"

    @property
    def calls(self) -> int:
        return len(self._slack.uploads)

    @property
    def deeds(self) -> int:
        return len(self._slack.shown)


class WebhookMessages(_Counted):
    """Posts messages that come by a webhook; it knows none again."""

    node = "type: chat, actionType: webhook, properties: {text: Hello}"

    def __init__(self, chats: ChatWebhooks) -> None:
        super().__init__()
        self._chats = chats
        chats.on_posted = self.done

    @property
    def environment(self) -> Mapping[str, str]:
        account = self._chats.settings("slack")
        return {f"CHAT_WEBHOOK_{name.upper()}": value for name, value in account.items()}

    @property
    def calls(self) -> int:
        return self._chats.calls

    @property
    def deeds(self) -> int:
        return len(self._chats.got)


@asynccontextmanager
async def mails() -> AsyncIterator[Mails]:
    async with mail_server() as server:
        yield Mails(server)


@asynccontextmanager
async def slack_messages() -> AsyncIterator[SlackMessages]:
    async with slack_stand_in() as slack:
        yield SlackMessages(slack)


@asynccontextmanager
async def slack_files() -> AsyncIterator[SlackFiles]:
    async with slack_stand_in() as slack:
        yield SlackFiles(slack)


@asynccontextmanager
async def webhook_messages() -> AsyncIterator[WebhookMessages]:
    async with chat_webhooks() as chats:
        yield WebhookMessages(chats)
