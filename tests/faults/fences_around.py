"""The fences around the turn: outbox, overload, signals, gates; and the promise that breaks without each."""

from __future__ import annotations

from functools import partial

from botflow.runtime.delivery.status_urls import CallbackUrls
from botflow.runtime.process.overload import Overload
from botflow.runtime.served_flows import Flows
from botflow.runtime.turns.receive import Receiver
from botflow.runtime.turns.signals import Hub, Mailbox
from botflow.storage import workflow_versions
from botflow.web import provider_webhooks
from botflow.web.auth import callers
from botflow.web.auth.callers import Gate
from botflow.web.auth.session_tokens import SessionTokens
from botflow.web.middleware.shedding import Shedding
from botflow.web.requests.addresses import TrustedProxies
from tests.engine import test_turn
from tests.faults.fences_outbox import FENCES_OF_THE_OUTBOX
from tests.faults.mutation import Fence
from tests.runtime import test_served_flows
from tests.runtime.delivery import test_opt_outs, test_status_urls
from tests.runtime.turns import test_signals
from tests.web import test_provider_webhooks
from tests.web.auth import test_callers
from tests.web.middleware import test_overload
from tests.web.requests import test_addresses, test_request_bodies

nobody_waits = test_turn.test_what_nobody_waits_for_changes_nothing
who_stopped = test_opt_outs.test_who_stopped_gets_silence_until_they_start_again

OVERLOAD = (
    Fence(
        Overload.check_queue,
        "row.priority >= MESSAGE_PRIORITY",
        "True",
        test_overload.test_timers_that_are_due_by_the_thousand_do_not_count,
    ),
    Fence(
        Receiver._admit,
        "if await self._turns.find(key, inbound.key) is None:",
        "if True:",
        test_overload.test_a_full_queue_takes_no_more_but_knows_what_it_holds,
    ),
    Fence(
        Receiver._admit,
        "if inbound.consent:",
        "if False:",
        test_overload.test_an_opt_out_is_let_into_a_full_queue,
    ),
    Fence(
        Overload.enter,
        "or self._of_kind[kind] >= self._of_one_kind",
        "",
        test_overload.test_visitors_leave_places_for_webhooks,
    ),
    Fence(
        provider_webhooks.ReceiveMessage.__call__,
        '"opt_outs" if inbound.consent else "providers"',
        '"providers"',
        test_overload.test_texts_leave_places_for_opt_outs,
    ),
    Fence(
        Shedding.__call__,
        'and not message.get("more_body", False)',
        "",
        test_request_bodies.test_open_bodies_take_no_place_of_a_visitor_who_sends_a_whole_message,
        on="sqlite",
    ),
    Fence(
        TrustedProxies.caller,
        "not self.trusts(peer)",
        "False",
        test_addresses.test_without_the_setting_forwarded_headers_are_ignored,
    ),
    Fence(
        TrustedProxies.caller,
        "if not self.trusts(address):",
        "if False:",
        test_addresses.test_what_a_caller_writes_left_of_its_own_address_is_ignored,
    ),
)

WAKING = (
    Fence(
        Hub._receive,
        "if origin != self._origin",
        "",
        test_signals.test_another_process_is_woken_and_gets_pieces_but_no_receipts,
    ),
    Fence(
        Hub._payload,
        "if taken and size > LARGEST_PAYLOAD:",
        "if False:",
        test_signals.test_many_signals_travel_in_few_payloads_each_small_enough,
    ),
    Fence(
        Mailbox.get,
        "if not self._drafts and not self._woken:",
        "if True:",
        test_signals.test_pieces_of_a_reply_come_in_order_and_before_the_wake_up,
    ),
    Fence(
        Flows._serve,
        "except CannotRun:",
        "except ZeroDivisionError:",
        test_served_flows.test_a_version_that_does_not_compile_here_leaves_the_former_one_in_service,
    ),
    Fence(
        workflow_versions.publish_version,
        "if is_new or restores or before is None:",
        "if True:",
        test_served_flows.test_a_process_with_an_older_file_serves_the_newer_version_and_says_so,
    ),
)

GATES = (
    Fence(
        Gate.caller, "visitor.workflow != workflow", "False", test_callers.test_a_token_of_one_workflow_opens_no_other
    ),
    Fence(
        SessionTokens.read,
        "self._tokens.loads(token, return_timestamp=True)",
        "(self._tokens.loads_unsafe(token)[1], __import__('datetime').datetime.now())",
        test_callers.test_a_token_that_somebody_else_signed_is_nobodys,
    ),
    Fence(SessionTokens.read, "visitor.left_s < 0", "False", test_callers.test_a_token_ends_after_ninety_days),
    Fence(
        SessionTokens.read,
        "visitor.left_s < 0",
        "False",
        test_callers.test_the_token_of_a_signed_user_ends_when_the_site_says_so,
    ),
    Fence(
        SessionTokens.read,
        "external_id.startswith(VISITOR) == bool(vouched_by)",
        "False",
        test_callers.test_a_token_names_an_anonymous_visitor_or_a_signed_user_and_neither_passes_for_the_other,
    ),
    Fence(
        SessionTokens.read,
        "signed_s - time.time() > CLOCKS_DIFFER_S",
        "False",
        test_callers.test_a_server_whose_clock_is_ahead_signs_for_the_others_too,
    ),
    Fence(
        Gate.caller,
        "hmac.compare_digest(_bytes(credential), self._api_key)",
        "credential",
        test_callers.test_only_the_api_key_is_the_api_key,
    ),
    Fence(
        callers.external_id_of,
        "if named:",
        "if False:",
        partial(test_callers.test_an_external_id_is_no_secret_so_only_a_server_may_name_one, caller=None),
    ),
    Fence(
        CallbackUrls.check,
        "not self._signer.verify_signature(outbound.encode(), signature.encode())",
        "False",
        test_status_urls.test_another_part_another_secret_and_no_signature_are_forged,
    ),
    Fence(
        provider_webhooks.ReceiveStatus.__call__,
        'desk.runtime.callbacks.check(_only(query, "o"), _only(query, "s"))',
        "pass",
        test_provider_webhooks.test_forged_webhooks_change_nothing,
    ),
    Fence(
        provider_webhooks._is_signed,
        "account.of.verify(request) or",
        "True or",
        test_provider_webhooks.test_refused_webhooks_leave_the_state_as_it_was,
    ),
    Fence(
        provider_webhooks._lets_unsigned_in,
        "desk.dev and",
        "",
        partial(test_provider_webhooks.test_without_a_token_every_webhook_is_refused, environment={}),
    ),
)

FENCES_AROUND_THE_TURN = (*FENCES_OF_THE_OUTBOX, *OVERLOAD, *WAKING, *GATES)
