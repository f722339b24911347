"""A local Twilio for tests: its published Messages API, spoken to the official SDK, and its webhooks.

    with TwilioStandIn() as twilio:
        twilio.script("throttled", "lost")     # what happens to the next two sends
        ...                                    # a botflow with TWILIO_API_URL = twilio.url
        assert [message.body for message in twilio.messages()] == ["Hello"]

Every request is checked against Twilio's own description; what it breaks is in `violations`, and is refused like Twilio
does. Signatures come from Twilio's SDK, not from the code under test.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

import httpx2
from twilio.request_validator import RequestValidator

from tests.stand_ins.twilio_contents import ContentStandIn
from tests.stand_ins.twilio_http import Fault, refusal, serve
from tests.stand_ins.twilio_spec import (
    problems_of_create,
    problems_of_list,
    problems_of_message,
)

HANG_S = 30.0  # longer than any sender waits
MOST_BODY = 1600
MOST_MESSAGES_PER_REPLY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioMessage:
    """A message that Twilio has accepted."""

    sid: str
    to: str
    sender: str
    body: str
    media: tuple[str, ...]
    status_callback: str
    direction: Literal["outbound-api", "outbound-reply"]
    status: str
    at: datetime
    error_code: int | None = None
    content_sid: str = ""
    content_variables: str = ""
    validity_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookReply:
    """What botflow answered to a webhook, and the messages that Twilio made of its TwiML."""

    status: int
    content_type: str
    text: str
    messages: tuple[TwilioMessage, ...] = ()


@dataclass(slots=True)
class TwilioStandIn:
    """Twilio on 127.0.0.1. `public_url` is where botflow believes to be reached: signatures are for it."""

    public_url: str = "https://bot.example.com"
    account_sid: str = "AC" + "0a" * 16
    auth_token: str = "a" * 32
    violations: list[str] = field(default_factory=list)
    opted_out: set[tuple[str, str]] = field(default_factory=set)  # (our number, theirs)
    lists: Literal["all", "nothing", "error"] = "all"  # how "which messages do you have?" is answered
    waits_s: float = 15.0  # for the answer to a webhook; a later one is not heard
    sends: int = 0
    deletions: list[str] = field(default_factory=list)  # the last part of the address of each that was asked for
    contents: ContentStandIn = field(init=False)
    _deletion_faults: deque[Fault | None] = field(default_factory=deque)
    _deleted_media: set[str] = field(default_factory=set)
    _faults: deque[Fault | None] = field(default_factory=deque)
    _accepted: list[TwilioMessage] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closing: threading.Event = field(default_factory=threading.Event)
    _server: ThreadingHTTPServer | None = None
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        self.contents = ContentStandIn(self.account_sid)

    def __enter__(self) -> TwilioStandIn:
        self._server = serve(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    @property
    def url(self) -> str:
        """The base URL for TWILIO_API_URL."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def environment(self) -> dict[str, str]:
        """The settings with which botflow talks to this Twilio."""
        return {
            "TWILIO_ACCOUNT_SID": self.account_sid,
            "TWILIO_AUTH_TOKEN": self.auth_token,
            "TWILIO_API_URL": self.url,
            "BOTFLOW_PUBLIC_URL": self.public_url,
        }

    def script(self, *faults: Fault | None) -> None:
        """Say what happens to the next sends, in order; None is an ordinary success, as are all further ones."""
        self._faults.extend(faults)

    def script_deletions(self, *faults: Fault | None) -> None:
        """Say what happens to the next deletions, in order, like `script`."""
        self._deletion_faults.extend(faults)

    def messages(self, to: str | None = None) -> list[TwilioMessage]:
        """Return what was accepted, oldest first."""
        with self._lock:
            return [message for message in self._accepted if to in (None, message.to)]

    # -- webhooks

    def signed(self, path: str, form: Mapping[str, str], *, token: str | None = None) -> dict[str, str]:
        """Return the headers of a webhook to `path` of the public URL, signed with `token` (else the account's)."""
        signature = RequestValidator(token or self.auth_token).compute_signature(self.public_url + path, dict(form))
        return {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}

    def incoming(self, sender: str, recipient: str, body: str, **more: str) -> dict[str, str]:
        """Return the form of a message that a person sends to us."""
        sid = more.pop("MessageSid", "SM" + secrets.token_hex(16))
        return {
            "ToCountry": "US",
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "SmsSid": sid,
            "SmsStatus": "received",
            "Body": body,
            "To": recipient,
            "NumSegments": "1",
            "MessageSid": sid,
            "AccountSid": self.account_sid,
            "From": sender,
            "ApiVersion": "2010-04-01",
            **more,
        }

    async def deliver(self, client: httpx2.AsyncClient, path: str, form: Mapping[str, str]) -> WebhookReply:
        """Post a signed webhook and do what the TwiML says; ReadTimeout when the answer comes too late for Twilio.

        The clock decides, not the client's timeout: this process may have been too busy to notice either.
        """
        began_s = time.monotonic()
        answer = await client.post(path, content=urlencode(form), headers=self.signed(path, form))
        if time.monotonic() - began_s > self.waits_s:
            raise httpx2.ReadTimeout("Twilio has hung up")
        reply = WebhookReply(
            status=answer.status_code, content_type=answer.headers.get("content-type", ""), text=answer.text
        )
        if answer.status_code != 200:
            return reply
        return replace(reply, messages=self.obey(answer.text, form))

    def obey(self, twiml: str, form: Mapping[str, str]) -> tuple[TwilioMessage, ...]:
        """Accept the messages of a TwiML document that answered the webhook with `form`."""
        root = ElementTree.fromstring(twiml)
        assert root.tag == "Response", twiml
        if len(root) > MOST_MESSAGES_PER_REPLY:
            self.violations.append(f"14109: {len(root)} messages in one reply")
        return tuple(
            self._accept(
                to=element.get("to", form["From"]),
                sender=element.get("from", form["To"]),
                body="".join(body.text or "" for body in element.iter("Body")),
                media=tuple(medium.text or "" for medium in element.iter("Media")),
                status_callback=element.get("statusCallback", ""),
                direction="outbound-reply",
            )
            for element in root[:MOST_MESSAGES_PER_REPLY]
        )

    async def report(
        self, client: httpx2.AsyncClient, message: TwilioMessage, status: str, error_code: str = ""
    ) -> int:
        """Post a status callback for `message`; returns the HTTP status of botflow's answer."""
        path = message.status_callback.removeprefix(self.public_url)
        assert path != message.status_callback, f"{message.status_callback!r} is not under {self.public_url}"
        form = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "AccountSid": self.account_sid,
            "From": message.sender,
            "To": message.to,
            "ApiVersion": "2010-04-01",
        } | ({"ErrorCode": error_code} if error_code else {})
        answer = await client.post(path, content=urlencode(form), headers=self.signed(path, form))
        self.settle(message, status, error_code)
        return int(answer.status_code)

    def settle(self, message: TwilioMessage, status: str, error_code: str = "") -> None:
        """Say what became of a message, to who lists it."""
        code = int(error_code) if error_code else None
        settled = replace(message, status=status, error_code=code)
        with self._lock:
            self._accepted = [settled if old.sid == message.sid else old for old in self._accepted]

    # -- the REST API

    def create(self, path: str, content_type: str, form: list[tuple[str, str]]) -> tuple[int, dict[str, Any]]:
        """Create a message, or refuse it like Twilio does."""
        problems = problems_of_create(path, content_type, form)
        if problems:
            self.violations += problems
            return refusal(400, 20001, "; ".join(problems))
        sent = dict(form)
        to, sender, body = sent.get("To", ""), sent.get("From", ""), sent.get("Body", "")
        media = tuple(value for name, value in form if name == "MediaUrl")
        content_sid = sent.get("ContentSid", "")
        if content_sid in self.contents.deleted:
            return refusal(400, 21655, "The ContentSid is Invalid")
        refused = self._refusal(to, sender, body or content_sid, media, sent.get("StatusCallback", ""))
        if refused is not None:
            return refused
        message = self._accept(
            to=to,
            sender=sender,
            body=f"Template {content_sid}" if content_sid else body,
            media=media,
            status_callback=sent.get("StatusCallback", ""),
            direction="outbound-api",
            content_sid=content_sid,
            content_variables=sent.get("ContentVariables", ""),
            validity_s=int(sent["ValidityPeriod"]) if "ValidityPeriod" in sent else None,
        )
        return 201, self._to_json(message)

    def listed(self, path: str, query: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Return a page of messages, newest first, or of a message's media."""
        if path.endswith("/Media.json"):
            return 200, {"media_list": self._media(path), "page": 0, "page_size": 50, "next_page_uri": None}
        problems = problems_of_list(path, query)
        if problems:
            self.violations += problems
            return refusal(400, 20001, "; ".join(problems))
        if self.lists == "error":
            return refusal(500, 20500, "Internal Server Error")
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        found = [
            message
            for message in reversed(self.messages())
            if self.lists == "all"
            and query.get("To") in (None, message.to)
            and query.get("From") in (None, message.sender)
        ]
        following = f"{path}?{urlencode({**query, 'Page': page + 1})}" if len(found) > size * (page + 1) else None
        return 200, {
            "messages": [self._to_json(message) for message in found[size * page : size * (page + 1)]],
            "page": page,
            "page_size": size,
            "next_page_uri": following,
        }

    def deleted(self, path: str) -> tuple[int, dict[str, Any]]:
        """Delete a message, or its medium, or refuse that while it is on its way."""
        sid = path.rpartition("/")[2].removesuffix(".json")
        if "/Media/" in path and sid not in self._deleted_media:
            self._deleted_media.add(sid)
            return 204, {}
        with self._lock:
            found = next((message for message in self._accepted if message.sid == sid), None)
            if found is None:
                return refusal(404, 20404, f"The requested resource {path} was not found")
            if found.status in ("queued", "sending"):
                return refusal(409, 20009, "Cannot delete message because delivery has not been completed")
            self._accepted.remove(found)
        return 204, {}

    def _media(self, path: str) -> list[dict[str, Any]]:
        """Return the media of a message; Twilio may list one for a while after it was deleted."""
        parent = path.split("/")[-2]
        found = [message for message in self.messages() if message.sid == parent]
        return [
            {"sid": f"ME{number:032x}", "parent_sid": parent, "account_sid": self.account_sid}
            for message in found
            for number, _ in enumerate(message.media)
        ]

    def next_deletion_fault(self, path: str) -> Fault | None:
        self.deletions.append(path.rpartition("/")[2].removesuffix(".json"))
        return self._deletion_faults.popleft() if self._deletion_faults else None

    def next_fault(self) -> Fault | None:
        self.sends += 1
        return self._faults.popleft() if self._faults else None

    def hang(self) -> None:
        self._closing.wait(HANG_S)

    def _refusal(
        self, to: str, sender: str, body: str, media: tuple[str, ...], callback: str
    ) -> tuple[int, dict[str, Any]] | None:
        if not to.removeprefix("whatsapp:").startswith("+"):
            return refusal(400, 21211, f"Invalid 'To' Phone Number: {to}")
        if not sender:
            return refusal(400, 21603, "A 'From' phone number is required.")
        if to.startswith("whatsapp:") != sender.startswith("whatsapp:"):
            return refusal(400, 21910, "Invalid From and To pair. From and To should be of the same channel")
        if not body and not media:
            return refusal(400, 21602, "Message body is required.")
        if len(body.encode("utf-16-le")) // 2 > MOST_BODY:
            return refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        host = urlsplit(callback).hostname or ""
        if callback and ("." not in host or "_" in host):
            return refusal(400, 21609, f"The StatusCallback URL {callback} is not a valid URL.")
        if (sender, to) in self.opted_out:
            return refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        return None

    def _accept(
        self,
        *,
        to: str,
        sender: str,
        body: str,
        media: tuple[str, ...],
        status_callback: str,
        direction: Literal["outbound-api", "outbound-reply"],
        content_sid: str = "",
        content_variables: str = "",
        validity_s: int | None = None,
    ) -> TwilioMessage:
        message = TwilioMessage(
            sid=("MM" if media else "SM") + secrets.token_hex(16),
            to=to,
            sender=sender,
            body=body,
            media=media,
            status_callback=status_callback,
            direction=direction,
            status="queued",
            at=datetime.now(UTC),
            content_sid=content_sid,
            content_variables=content_variables,
            validity_s=validity_s,
        )
        with self._lock:
            self._accepted.append(message)
        return message

    def _to_json(self, message: TwilioMessage) -> dict[str, Any]:
        at = format_datetime(message.at.replace(microsecond=0))
        uri = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{message.sid}"
        written = {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": message.body,
            "date_created": at,
            "date_sent": None,
            "date_updated": at,
            "direction": message.direction,
            "error_code": message.error_code,
            "error_message": None,
            "from": message.sender,
            "messaging_service_sid": None,
            "num_media": str(len(message.media)),
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": message.sid,
            "status": message.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": message.to,
            "uri": f"{uri}.json",
        }
        self.violations += problems_of_message(written)
        return written
