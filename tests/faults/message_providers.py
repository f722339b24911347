"""Providers that count what nodes send them: e-mails, messages in Slack, messages by a webhook.

Each says how it is reached (`environment`), which flow sends to it (`document`), how often it was called and how often
it did what it was asked for; `on_deed` is called when the deed is done, before the answer leaves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from tests.http.service import answer, open_service
from tests.stand_ins.chat_webhooks import ChatWebhooks, chat_webhooks
from tests.stand_ins.slack import SlackStandIn, slack_stand_in
from tests.stand_ins.smtp import MailServer, mail_server
from tests.stand_ins.twilio_numbers import TwilioNumbers

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


class MailsWithFile(Mails):
    """Takes e-mails with an attachment, which the node reads first."""

    def __init__(self, server: MailServer, file: str) -> None:
        super().__init__(server)
        self.node = (
            'type: email, actionType: send, properties: {to: ann@example.org, subject: Hello, text: "Hello Ann",'
            f' attachments: [{{url: "{file}"}}]}}'
        )

    @property
    def environment(self) -> Mapping[str, str]:
        return {**super().environment, "BOTFLOW_FLOW_NETWORKS": "127.0.0.1"}


class Lookups(_Counted):
    """Looks numbers up, which costs, and changes nothing."""

    node = 'type: contact, actionType: lookup, properties: {number: "+12125550111", line: true}'

    def __init__(self, numbers: TwilioNumbers) -> None:
        super().__init__()
        self._numbers = numbers
        numbers.on_answered = self.done

    @property
    def environment(self) -> Mapping[str, str]:
        return self._numbers.environment

    def document(self) -> str:
        return super().document().replace("next: done", "valid: done")

    @property
    def calls(self) -> int:
        return len(self._numbers.requests)

    @property
    def deeds(self) -> int:
        return min(1, self.calls)  # to read twice is no second deed


class Codes(Lookups):
    """Sends a code with each request, as Verify does: also for a verification that it knows."""

    node = 'type: verify, actionType: start, properties: {to: "+12125550111"}'

    def document(self) -> str:
        return _Counted.document(self)

    @property
    def deeds(self) -> int:
        return self.calls


class Checks(Lookups):
    """Checks a code; each check is one of the five tries that a person has."""

    node = 'type: verify, actionType: check, properties: {to: "+12125550111", code: "000000"}'

    def __init__(self, numbers: TwilioNumbers) -> None:
        super().__init__(numbers)
        numbers.await_code("+12125550111")

    def document(self) -> str:
        return _Counted.document(self).replace("next: done", "wrong: done")

    @property
    def deeds(self) -> int:
        return self.calls


@asynccontextmanager
async def mails() -> AsyncIterator[Mails]:
    async with mail_server() as server:
        yield Mails(server)


@asynccontextmanager
async def mails_with_file() -> AsyncIterator[Mails]:
    async with mail_server() as server, open_service() as service:
        service.answers["/hello.txt"] = answer(b"hello", kind="text/plain")
        yield MailsWithFile(server, f"{service.url}/hello.txt")


@asynccontextmanager
async def lookups() -> AsyncIterator[Lookups]:
    with TwilioNumbers(lines={"+12125550111": "mobile"}) as numbers:
        yield Lookups(numbers)


@asynccontextmanager
async def codes() -> AsyncIterator[Codes]:
    with TwilioNumbers() as numbers:
        yield Codes(numbers)


@asynccontextmanager
async def checks() -> AsyncIterator[Checks]:
    with TwilioNumbers() as numbers:
        yield Checks(numbers)


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
