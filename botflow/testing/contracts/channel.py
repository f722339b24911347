"""The contract of a Channel: it accepts requests that its provider signed, loses no part of a message, and does not
raise when a send is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar, get_args

import orjson
import pytest

from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Media
from botflow.engine.speech.buttons import QuickReply
from botflow.errors import RejectedInbound
from botflow.interfaces import Channel, Meters, Reconciles, Reports, WebhookRequest
from botflow.records.outbounds import OutboundState, StoredOutbound
from botflow.records.sessions import SessionKey
from botflow.testing.scripted.outcomes import run_to_end

T = TypeVar("T")
AT = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelExample:
    """A channel to try. `open` returns a new one, configured; it is called inside an event loop.

    `webhook` is a signed message as the provider would deliver it, with the text `text`. Sent messages go from `ours`
    to `theirs` on the channel `carried`, to the provider's stand-in. `status` is a signed delivery report of the part
    `<session>.<version>.<index>` = 1.1.0, for a channel that Reports.
    """

    open: Callable[[], Channel]
    webhook: WebhookRequest
    text: str
    carried: str
    ours: str
    theirs: str
    status: WebhookRequest | None = None

    def part(self, message: SendMessage) -> StoredOutbound:
        """Return a rendered message as the outbox passes it to the channel."""
        return StoredOutbound(
            session=1,
            version=1,
            index=0,
            seq=1,
            state="sending",
            message=replace(message, sender=message.sender or self.ours),
            key=SessionKey(1, self.carried, self.theirs),
            created_at=datetime.now(UTC),
        )


class ChannelContract:
    """Override `channel_example`."""

    @pytest.fixture
    def channel_example(self) -> ChannelExample:
        # There is no default: a contract without an example would prove nothing.
        raise NotImplementedError("return the ChannelExample of your channel")

    # -- inbound

    def test_it_has_a_name_and_names_what_it_carries(self, channel_example: ChannelExample) -> None:
        name, names = _with(channel_example, lambda channel: (channel.name, channel.names))

        assert name
        assert channel_example.carried in names

    def test_its_class_says_what_it_carries_and_answers(self, channel_example: ChannelExample) -> None:
        kind = type(_with(channel_example, lambda channel: channel))

        assert set(kind.answers_itself) <= set(kind.names)
        assert all(word == word.strip().casefold() for words in kind.answers_itself.values() for word in words)
        assert kind.reply_type

    def test_an_address_has_one_normal_form(self, channel_example: ChannelExample) -> None:
        normal = type(_with(channel_example, lambda channel: channel)).normal_address
        inbound = _with(channel_example, lambda channel: channel.parse(channel_example.webhook, AT, SEED))

        for address in (channel_example.theirs, channel_example.ours, inbound.sender, inbound.address):
            assert normal(address) == address
        for written in (f" {channel_example.theirs} ", "+1 (212) 555-0100", "an address", "12345", ""):
            found = normal(written)
            assert found is None or (found and normal(found) == found)

    def test_what_the_provider_signed_is_let_in(self, channel_example: ChannelExample) -> None:
        assert _with(channel_example, lambda channel: channel.can_verify and channel.verify(channel_example.webhook))

    def test_what_was_changed_on_the_way_is_not(self, channel_example: ChannelExample) -> None:
        genuine = channel_example.webhook
        name, value = genuine.form[0]
        forged = [
            replace(genuine, form=((name, f"{value}x"), *genuine.form[1:])),
            replace(genuine, form=(*genuine.form, ("Added", "1"))),
            replace(genuine, form=genuine.form[1:]),
            replace(genuine, url=f"{genuine.url}x"),
            replace(genuine, headers={}),
        ]

        verified = _with(channel_example, lambda channel: [channel.verify(each) for each in forged])

        assert not any(verified)

    def test_a_webhook_becomes_a_message_and_the_same_one_each_time(self, channel_example: ChannelExample) -> None:
        first, again = (
            _with(channel_example, lambda channel: (channel.name, channel.parse(channel_example.webhook, AT, SEED)))
            for _ in range(2)
        )
        provider, inbound = first

        assert again == first
        assert (inbound.kind, inbound.text) == ("message", channel_example.text)
        assert (inbound.received_at, inbound.seed) == (AT, SEED)
        assert (inbound.provider, inbound.channel) == (provider, channel_example.carried)
        assert inbound.key
        assert inbound.sender
        assert orjson.loads(orjson.dumps(inbound.content())) == inbound.content()

    def test_a_webhook_of_something_else_is_refused(self, channel_example: ChannelExample) -> None:
        empty = replace(channel_example.webhook, form=())

        with pytest.raises(RejectedInbound):
            _with(channel_example, lambda channel: channel.parse(empty, AT, SEED))

    def test_a_report_names_its_part_and_one_that_does_not_is_refused(self, channel_example: ChannelExample) -> None:
        status = channel_example.status
        if status is None:
            _with(channel_example, _reports_nothing)
            return

        def read(channel: Channel) -> None:
            assert isinstance(channel, Reports)
            news = channel.parse_status(status)
            assert (news.session, news.wire_id) == (1, "1.0")
            assert news.state in get_args(OutboundState)
            with pytest.raises(RejectedInbound):
                channel.parse_status(replace(status, url=status.url.partition("?")[0]))

        _with(channel_example, read)

    # -- outbound

    def test_nothing_is_rendered_as_nothing(self, channel_example: ChannelExample) -> None:
        assert _rendered(channel_example) == []

    def test_messages_keep_their_order_and_their_words(self, channel_example: ChannelExample) -> None:
        parts = _rendered(channel_example, *(SendMessage(text=f"Message number {number}.") for number in range(5)))

        said = " ".join(part.text for part in parts)
        places = [said.find(f"Message number {number}.") for number in range(5)]
        assert -1 not in places
        assert places == sorted(places)

    def test_a_long_text_loses_no_word(self, channel_example: ChannelExample) -> None:
        words = [f"word{number}" for number in range(1_200)]

        parts = _rendered(channel_example, SendMessage(text=" ".join(words)))

        assert " ".join(part.text for part in parts).split() == words

    def test_every_option_can_be_seen(self, channel_example: ChannelExample) -> None:
        options = (QuickReply(title="Pizza", payload="p"), QuickReply(title="Salad", payload="s"))

        parts = _rendered(channel_example, SendMessage(text="What?", quick_replies=options))

        shown = " ".join([part.text + " ".join(reply.title for reply in part.quick_replies) for part in parts])
        assert "What?" in shown
        assert "Pizza" in shown
        assert "Salad" in shown

    def test_media_keep_their_order(self, channel_example: ChannelExample) -> None:
        media = tuple(Media(url=f"https://files.test/{number}.jpg", content_type="image/jpeg") for number in range(12))

        parts = _rendered(channel_example, SendMessage(text="Look", media=media))

        assert [medium.url for part in parts for medium in part.media] == [medium.url for medium in media]

    def test_a_reply_hands_its_parts_over_in_order(self, channel_example: ChannelExample) -> None:
        def reply(channel: Channel) -> str:
            if not channel.reply_limit:
                return ""  # it never replies in the webhook's response
            texts = ["one", "two"][: channel.reply_limit]
            parts = [channel_example.part(SendMessage(text=text)) for text in texts]
            written = channel.reply(parts, None)
            places = [written.find(text) for text in texts]
            assert -1 not in places
            assert places == sorted(places)
            return channel.reply([], None)

        assert isinstance(_with(channel_example, reply), str)

    def test_a_part_is_sent_and_its_outcome_is_known(self, channel_example: ChannelExample) -> None:
        async def send(channel: Channel) -> None:
            [part] = channel.render([SendMessage(text="Hello from the contract")], channel_example.carried)
            stored = channel_example.part(part)
            sent = await channel.send(stored, None)
            assert (sent.state, bool(sent.provider_id)) == ("sent", True)
            if isinstance(channel, Reconciles):
                found = await channel.find(stored)
                assert [each.provider_id for each in found] == [sent.provider_id]

        _with_awaited(channel_example, send)

    def test_a_refusal_is_an_outcome_and_no_exception(self, channel_example: ChannelExample) -> None:
        async def send(channel: Channel) -> None:
            sent = await channel.send(channel_example.part(SendMessage(text="Hello", to="nobody")), None)
            assert sent.state in ("failed", "suppressed", "held")
            assert sent.error_code

        _with_awaited(channel_example, send)

    def test_a_part_has_segments_and_a_sender_a_rate(self, channel_example: ChannelExample) -> None:
        def measure(channel: Channel) -> None:
            if not isinstance(channel, Meters):
                assert not hasattr(channel, "segments"), "a channel with `segments` keeps all of Meters"
                return
            assert channel.segments(SendMessage(text="Hello"), channel_example.carried) == 1
            assert channel.segments(SendMessage(text="Hello " * 200), channel_example.carried) >= 1
            assert channel.per_second(channel_example.carried, channel_example.ours) > 0

        _with(channel_example, measure)

    def test_closing_twice_is_no_mistake(self, channel_example: ChannelExample) -> None:
        _with_awaited(channel_example, lambda channel: channel.close())


def _rendered(example: ChannelExample, *messages: SendMessage) -> Sequence[SendMessage]:
    return _with(example, lambda channel: channel.render(messages, example.carried))


def _with(example: ChannelExample, use: Callable[[Channel], T]) -> T:
    async def used(channel: Channel) -> T:
        return use(channel)

    return _with_awaited(example, used)


def _with_awaited(example: ChannelExample, use: Callable[[Channel], Awaitable[T]]) -> T:
    """Open a channel in an event loop of its own, use it, and close it."""

    async def work() -> T:
        channel = example.open()
        try:
            return await use(channel)
        finally:
            await channel.close()

    return run_to_end(work())


def _reports_nothing(channel: Channel) -> None:
    assert not isinstance(channel, Reports), "a channel that Reports has a `status` in its example"
