"""The fences of events: numbered once, told in order and by one process, signed, and to their organization alone."""

from __future__ import annotations

from functools import partial

from botflow import outgoing_targets as targets
from botflow.runtime.events import signatures, teller
from botflow.runtime.events.signatures import WebhookSecrets
from botflow.service.events import events as service_events
from botflow.service.events.webhooks import Webhooks
from botflow.storage.events import consumers, feeds, recording, sequencing, webhooks
from botflow.storage.events.recording import Source
from tests import test_target_addresses as test_targets
from tests.faults.mutation import Fence
from tests.runtime.events import test_signatures
from tests.service import test_event_places
from tests.storage.events import test_consumers
from tests.web.api import test_webhook_changes, test_webhooks

numbered = test_consumers.test_events_are_numbered_once_and_each_organization_has_its_own
one = test_consumers.test_one_process_at_a_time_tells_a_consumer_until_it_dies
lease = test_consumers.test_a_lease_ends_and_what_is_left_stays_due
placed = test_consumers.test_a_consumer_that_was_placed_elsewhere_is_not_moved_on_by_who_told_it_before
disabled = test_consumers.test_a_consumer_that_is_disabled_is_told_nothing_and_another_organizations_is
webhook = test_consumers.test_a_webhook_is_its_organizations_alone
verified = test_signatures.test_a_receiver_verifies_body_id_and_time
own_row = test_signatures.test_secrets_open_in_their_row_alone
private = test_targets.test_no_address_of_the_deployments_network_is_a_target
public = partial(test_targets.test_a_public_address_is_a_target_by_https_alone, address="93.184.215.14")
of_place = test_event_places.test_no_event_is_passed_over_in_silence
anew = test_webhook_changes.test_a_webhook_with_another_url_types_or_secret_is_told_at_once_with_these
retried = test_webhooks.test_a_webhook_that_fails_is_tried_again_then_disabled_and_goes_on_where_it_was
ORGANIZATION = ".organization_id == organization"

FENCES_OF_EVENTS = (
    # Once for each event, and by one process.
    Fence(sequencing.number_events, "connection.execute(delete(event_sources)", "(delete(event_sources)", numbered),
    Fence(sequencing._oldest_notes, "order_by(event_sources.c.id)", "order_by(event_sources.c.id.desc())", numbered),
    Fence(sequencing.number_events, "if note.organization == organization", "", numbered),
    Fence(sequencing._add, f".where(event_feeds.c{ORGANIZATION})", "", numbered),
    Fence(sequencing._add, f".where(event_consumers.c{ORGANIZATION})", "", numbered),
    Fence(feeds.events_after, "events.c.organization_id == feed.organization, ", "", numbered),
    Fence(feeds.get_event, "events.c.organization_id == feed.organization, ", "", numbered),
    Fence(consumers.claim_consumers, ", is_free, mine)", ", mine)", one),
    Fence(consumers.claim_consumers, "event_consumers.c.owner.not_in(select(processes.c.id)),", "", one),
    Fence(consumers.claim_consumers, "event_consumers.c.owned_until <= now(),", "", lease),
    Fence(consumers._owned, "event_consumers.c.owner == consumer.owner, ", "", one),
    Fence(consumers._owned, ", is_as_read)", ")", placed),
    Fence(consumers.release, ".where(event_consumers.c.owner == consumer.owner)", "", one),
    Fence(consumers.release, "case((event_consumers.c.number < event_consumers.c.latest, now()))", "None", lease),
    Fence(
        consumers.release, "event_consumers.c.number < event_consumers.c.latest", "event_consumers.c.number >= 0", lease
    ),
    Fence(consumers.place_consumer, '"owner": None,\n        "owned_until": None,', "", placed),
    Fence(consumers._at, f"event_consumers.c{ORGANIZATION}, ", "", disabled),
    Fence(consumers.disable_consumer, '"due_at": None, ', "", disabled),
    Fence(teller.EventTeller._tell_next, "return  # postponed", "pass  # postponed", retried),
    Fence(Webhooks._rotate, "self._tell_again(connection, row)", "pass", anew),
    Fence(Webhooks._update, "not _is_sent_alike(row, change)", "False", anew),
    Fence(Webhooks._update, 'change.status != "disabled" and', "", anew),
    Fence(Webhooks._tell_again, "if row.disabled_at is None:", "if True:", anew),
    Fence(
        webhooks.get_webhook,
        "key_share=True",
        "",
        test_webhook_changes.test_a_webhook_is_changed_while_a_process_writes_what_became_of_an_event,
        on="postgres",
    ),
    # Of their organization alone.
    Fence(webhooks.get_webhook, f"webhooks.c{ORGANIZATION}, ", "", webhook),
    Fence(webhooks.list_webhooks, f".where(webhooks.c{ORGANIZATION})", "", webhook),
    Fence(webhooks.delete_webhook, f"webhooks.c{ORGANIZATION}, ", "", webhook),
    Fence(
        service_events.place_of,
        "parsed[0] != feed.token or ",
        "",
        partial(of_place, id="evt_fedcba9876543210_5", code="event.unknown"),
    ),
    Fence(
        vars(Source)["note"].fget,
        "WHERE f.organization_id = {self.organization}",
        "",
        test_webhooks.test_a_turn_writes_no_row_for_events_while_another_organization_alone_wants_them,
    ),
    Fence(
        recording.end_recording,
        "if connection.execute(select(event_feeds.c.organization_id).limit(1)).first() is not None:",
        "if False:",
        test_consumers.test_recording_ends_with_the_last_feed_and_not_before,
    ),
    # No event is passed over.
    Fence(
        service_events.place_of,
        "parsed[1] < feed.first - 1",
        "False",
        partial(of_place, id=test_event_places.FEED.event_id(3), code="event.forgotten"),
    ),
    Fence(
        service_events.place_of,
        " or parsed[1] > feed.last",
        "",
        partial(of_place, id=test_event_places.FEED.event_id(10), code="event.unknown"),
    ),
    # Signed, and sent to the public internet alone.
    Fence(signatures.signed_headers, ".encode() + body", ".encode()", verified),
    Fence(
        WebhookSecrets.in_force,
        "self.former_until <= moment",
        "False",
        test_signatures.test_a_former_secret_signs_until_it_ends,
    ),
    Fence(signatures._place, ", id])", "])", own_row),
    Fence(signatures._place, "organization, id])", "id])", own_row),
    Fence(targets.check_address, "not inner.is_global", "False", partial(private, address="10.0.0.1")),
    Fence(targets.check_address, "or _is_within(inner, _NOT_PUBLIC)", "", partial(private, address="168.63.129.16")),
    Fence(targets.check_address, "or inner.is_multicast", "", partial(private, address="224.0.0.1")),
    Fence(
        targets._embedded,
        "address.ipv4_mapped or ",
        "",
        test_targets.test_what_operators_allow_is_a_target_and_nothing_beside_it,
    ),
    Fence(
        targets._embedded,
        "address in _NAT64",
        "False",
        partial(test_targets.test_a_public_address_is_a_target_by_https_alone, address="64:ff9b::5db8:d70e"),
    ),
    Fence(targets._embedded, "address.sixtofour or ", "", partial(private, address="2002:a00:1::")),
    Fence(targets.check_address, 'if scheme != "https":', "if False:", public),
    Fence(
        targets.checked_addresses,
        "check_address(ip_address(",
        "(lambda *_: None)(ip_address(",
        test_webhooks.test_no_webhook_is_sent_into_the_network_of_the_deployment,
    ),
)
