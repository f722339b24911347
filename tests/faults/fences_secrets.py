"""The fences around secrets: masked wherever they would leave, tokens that are revoked, signatures of webhooks."""

from __future__ import annotations

from functools import partial

from botflow.redaction.redactor import Redactor
from botflow.runtime.asks import actions, perform
from botflow.runtime.tracing import descriptions
from botflow.runtime.tracing.recorder import Recorder
from botflow.runtime.turns import receive
from botflow.web.api.events import events
from botflow.web.auth.admission import KeyAdmission, VisitorAdmission
from botflow.web.hooks import webhook_signatures as signatures
from botflow.web.rest import download as downloads
from tests.faults.mutation import Fence
from tests.redaction import test_redactor
from tests.runtime.tracing import test_recorder
from tests.triggering import test_credentials_in_runs as runs
from tests.web.api import test_revoked_while_open as open_while
from tests.web.chat import test_revoked_tokens as tokens
from tests.web.hooks import test_webhook_signatures

handed_over = runs.test_nothing_that_an_action_hands_over_shows_its_credential
slack = test_webhook_signatures.EXAMPLES[0]
published = partial(
    test_webhook_signatures.test_the_published_examples_are_signed,
    **dict(zip(("scheme", "secret", "headers", "body"), slack, strict=True)),
)
fresh = test_webhook_signatures.test_a_signature_is_fresh_within_the_tolerance_in_both_directions
refused = partial(tokens.the_request_with_a_revoked_token_is_refused, request_by=tokens.read)

FENCES_OF_SECRETS = (
    Fence(
        Recorder.model_call,
        "if self._captures_content:",
        "if True:",
        test_recorder.test_a_models_span_has_no_words_unless_they_are_asked_for,
    ),
    Fence(
        descriptions._content,
        "redactor.json(value)",
        "value",
        test_recorder.test_what_a_model_is_told_is_kept_without_secrets,
    ),
    Fence(
        Recorder._span,
        "record_exception=False",
        "record_exception=True",
        test_recorder.test_a_crash_leaves_its_type_and_not_its_message,
    ),
    Fence(
        Redactor._found_at_once,
        "self._automaton.find_matches_as_indexes(content, overlapping=True)",
        "[]",
        partial(test_redactor.test_a_secret_is_masked_in_every_notation, secret=test_redactor.PLAIN),
    ),
    Fence(
        Redactor._names,
        "while masked[name] in taken:",
        "while False:",
        test_redactor.test_names_that_become_equal_lose_no_value,
    ),
    Fence(
        actions.RunningAction._line,
        "self.redactor.text(storable_text(text))",
        "storable_text(text)",
        partial(handed_over, how=runs.echo),
    ),
    Fence(
        actions.RunningAction.save,
        "await _masked(redact, content) if len(content) <= LARGEST_ARTIFACT else content",
        "content",
        partial(handed_over, how=runs.echo),
    ),
    Fence(
        actions.Actions._small,
        "await asyncio.to_thread(context.redactor.json_content, stored)",
        "stored",
        partial(handed_over, how=runs.large),
    ),
    Fence(
        perform.Asks._within,
        "_masked(_as_journalled(await work), redactor_now())",
        "_as_journalled(await work)",
        partial(handed_over, how=runs.echo),
    ),
    Fence(
        perform.Asks._within,
        "_masked(_failed(failure.code, failure.message), redactor_now())",
        "_failed(failure.code, failure.message)",
        partial(handed_over, how=runs.refuse),
    ),
    Fence(receive.check_token, "stored.token_revoked", "False", refused),
    Fence(
        VisitorAdmission.holds_for,
        "not stored.token_revoked",
        "True",
        tokens.test_nothing_that_is_said_after_it_is_shown_on_an_open_stream,
    ),
    Fence(
        KeyAdmission.holds_for,
        "await self._is_valid()",
        "True",
        open_while.test_a_servers_stream_of_a_conversation_ends_when_its_key_is_revoked,
    ),
    Fence(
        events._stream,
        "await call.check_caller()",
        "pass",
        open_while.test_a_stream_of_events_ends_when_its_key_is_revoked_or_its_person_removed,
    ),
    Fence(
        downloads._contents,
        "await call.check_caller()",
        "pass",
        open_while.test_a_download_breaks_off_when_its_key_is_revoked,
    ),
    Fence(signatures.is_signed, "hmac.compare_digest(given, expected)", "True", published),
    Fence(
        signatures.is_signed,
        "[:MOST_SIGNATURES]",
        "",
        partial(test_webhook_signatures.test_of_very_many_signatures_only_the_first_are_compared, scheme="stripe"),
    ),
    Fence(signatures.is_fresh, "<= signature.tolerance", "< 1e9", fresh),
    Fence(
        signatures.delivery_keys,
        "{window - 1}",
        "{window - 2}",
        test_webhook_signatures.test_a_delivery_of_an_unnamed_service_has_another_key_after_the_replay_window,
    ),
)
