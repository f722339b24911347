"""The gate of the send path. It stops messages to a contact that has opted out, in quiet hours, to a country that is
not allowed, in a loop of automatic replies, or beyond a budget. Each refusal adds evidence.

Every part that a sender has claimed passes here right before it is sent, and so does every part of a webhook's reply,
unless its turn took the fast path. That path is open only to workflows without caps and countries, and to contacts that
are not parked and whose messages look like a person's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from botflow.engine.effects import SendMessage
from botflow.flow.policy import Cap, Policy
from botflow.interfaces import Channel
from botflow.phone_numbers import country_of, knows_numbers, zone_of
from botflow.records.outbounds import StoredOutbound
from botflow.records.sessions import SessionKey
from botflow.runtime.delivery.loop_breaker import FLOOD, REPLIES_SEEN, circling
from botflow.runtime.delivery.quiet_hours import is_unasked, opens_after_s
from botflow.runtime.delivery.send_gate import SEND, Passage, first_passage
from botflow.runtime.served_flows import Flows
from botflow.storage.contacts import Contacts
from botflow.storage.decisions import DecisionKind
from botflow.storage.delivery.gate_facts import GateRows, Inquiry, PartFacts, Ruling

NO_CHANNELS: Mapping[str, Channel] = MappingProxyType({})
VERDICTS: Mapping[DecisionKind, Literal["suppress", "delay", "hold", "fail"]] = MappingProxyType(
    {"suppressed": "suppress", "delayed": "delay", "held": "hold", "refused": "fail"}
)
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "address.invalid": "the recipient is no address to which this channel can send",
        "consent.stopped": "the recipient has opted out",
        "consent.quiet_hours": "it is night where the recipient lives",
        "consent.country": "the workflow sends nothing to the recipient's country",
        "consent.country_unknown": "the recipient's country cannot be told without botflow[answers]",
        "loop.flood": "the recipient writes faster than people do",
        "loop.echo": "the recipient and we say the same again and again",
        "budget.session": "the conversation has used up its segments",
        "budget.contact": "the recipient's segments of today are used up",
        "budget.organization": "the organization's segments of today are used up",
        "budget.recipient": "the recipient has not written to us, and got enough messages today",
        "budget.visitor": "the anonymous visitor has caused enough messages to phones in this hour",
        "budget.visitors": "anonymous visitors have caused enough messages to phones in this hour",
    }
)


class ConsentGate:
    """Decides about parts right before they leave, and stores the opt-outs that providers report."""

    def __init__(
        self, rows: GateRows, contacts: Contacts, flows: Flows, channels: Mapping[str, Channel] = NO_CHANNELS
    ) -> None:
        self._rows = rows
        self._contacts = contacts
        self._flows = flows
        self._channels = channels

    async def passage(self, outbound: StoredOutbound) -> Passage:
        """Return what to do with a part that this process has claimed."""
        first = first_passage(outbound)
        if first.verdict == "fail":
            return first
        address = self._address_of(outbound)
        if address is None:
            return Passage(verdict="fail", code="address.invalid", reason=REASONS["address.invalid"])
        policy = await self._policy(outbound)
        ruling = await self._rows.rule(
            outbound, address, inquiry_of(policy), lambda facts: judge(facts, outbound.message, policy)
        )
        if ruling.kind is None:
            return SEND
        is_told = outbound.message.awaited == "failed"  # the flow goes on without it, so it must not leave later
        return Passage(
            verdict="fail" if ruling.kind == "held" and is_told else VERDICTS[ruling.kind],
            code=ruling.reason,
            reason=REASONS[ruling.reason],
            after_s=ruling.after_s,
        )

    async def has_stopped(self, outbound: StoredOutbound, code: str) -> None:
        """Store an opt-out: the provider refused the part because its recipient has opted out there."""
        message = outbound.message
        written = message.to or outbound.key.external_id
        key = SessionKey(
            outbound.key.workflow, message.channel or outbound.key.channel, self._address_of(outbound) or written
        )
        channels = consent_channels(self._channels, key.channel, await self._policy(outbound))
        await self._contacts.stop(key, f"{outbound.session}.{outbound.wire_id}", "opt_out.provider", channels[1:])

    def _address_of(self, outbound: StoredOutbound) -> str | None:
        """Return the recipient in the form in which contacts are stored; None when it is no address."""
        message = outbound.message
        written = message.to or outbound.key.external_id
        provider = self._channels.get(message.channel or outbound.key.channel)
        return written if provider is None else provider.normal_address(written)

    async def _policy(self, outbound: StoredOutbound) -> Policy:
        """Return the workflow's current rules; those of the part's own version when the workflow is not served."""
        policy = self._flows.policy_of(outbound.key.workflow)
        if policy is not None:
            return policy
        return (await self._flows.version(await self._rows.flow_version(outbound))).policy


def consent_channels(channels: Mapping[str, Channel], channel: str, policy: Policy) -> tuple[str, ...]:
    """Return the channels on which a change of consent that came by `channel` holds, that one first.

    An address is the same person on all channels of its provider.
    """
    provider = channels.get(channel)
    if provider is None or policy.opt_outs == "channel":
        return (channel,)
    return (channel, *(name for name in provider.names if name != channel and name in channels))


def inquiry_of(policy: Policy) -> Inquiry:
    """Return which facts these rules need to judge a part."""
    return Inquiry(
        messages=FLOOD + 1,
        replies=REPLIES_SEEN,
        last_written=policy.quiet_hours is not None,
        budgets=policy.budgets,
        counts_segments=caps_segments(policy),
    )


def needs_gate(policy: Policy) -> bool:
    """True if a workflow's replies must pass the gate even if their turns could take the fast path."""
    return bool(policy.countries) or caps_segments(policy)


def caps_segments(policy: Policy) -> bool:
    """True if segments are counted for a workflow with these rules."""
    budgets = policy.budgets
    caps: tuple[Cap, ...] = (budgets.session, budgets.contact, budgets.organization)
    return any(cap.segments is not None for cap in caps)


def judge(facts: PartFacts, message: SendMessage, policy: Policy) -> Ruling:
    """Decide about a part by everything except its cost. The confirmation of an opt-out always goes out."""
    if facts.confirms:
        return Ruling()
    if facts.is_stopped:
        return Ruling(kind="suppressed", reason="consent.stopped")
    if policy.countries and (refused := _wrong_country(facts, policy)) is not None:
        return refused
    if not message.to and (pause := circling(facts, message.text)) is not None:
        detail: dict[str, Any] = {"until": pause.until.isoformat(), "level": pause.level}
        return Ruling(kind="suppressed", reason=pause.reason, detail=detail)
    if policy.quiet_hours is not None and is_unasked(facts.now, facts.wrote_at):
        zone = facts.time_zone or _zone_name(facts.person.address) or policy.time_zone
        after_s = opens_after_s(facts.now, zone, policy.quiet_hours)
        if after_s:
            return Ruling(kind="delayed", reason="consent.quiet_hours", after_s=after_s, detail={"zone": zone})
    return Ruling()


def _zone_name(address: str) -> str | None:
    zone = zone_of(address)
    return zone.key if zone is not None else None


def _wrong_country(facts: PartFacts, policy: Policy) -> Ruling | None:
    if not knows_numbers():
        return Ruling(kind="held", reason="consent.country_unknown")
    country = country_of(facts.person.address)
    if country in policy.countries:
        return None
    return Ruling(kind="refused", reason="consent.country", detail={"country": country})
