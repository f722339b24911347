"""The fences of webhooks that start runs: which delivery a request is, and whether a form is whole."""

from __future__ import annotations

from functools import partial

from botflow.web.hooks import hook_keys, multipart_form
from botflow.web.hooks.hook_keys import HookKeys
from tests.faults.mutation import Fence
from tests.web.hooks import test_hook_keys, test_multipart_forms

subscription = {"webhook-id": "the-subscription"}
no_key = test_hook_keys.test_what_is_no_text_and_no_number_is_no_key
by_two = "{{ $input.kind }}-{{ $input.id }}"

FENCES_OF_HOOKS = (
    Fence(
        HookKeys.of,
        "properties.signature is not None and signed is not None",
        "False",
        partial(test_hook_keys.test_of_a_signed_request_no_header_counts_that_is_not_signed, scheme="github"),
    ),
    Fence(
        HookKeys._from_request,
        "if not (text := str(value)).strip():",
        "if (text := str(value)) is None:",
        partial(no_key, of=by_two, request_of={"body": {"kind": "", "id": "a"}}, why="is empty"),
    ),
    Fence(
        hook_keys._from_headers,
        "(header.beside and not any(request.headers.get(header.beside, ())))",
        "False",
        partial(test_hook_keys.test_a_header_that_is_no_deliverys_id_is_no_key, headers=subscription),
    ),
    Fence(
        hook_keys._from_headers,
        "if header.with_body:",
        "if False:",
        partial(
            test_hook_keys.test_deliveries_that_share_the_id_of_their_event_are_told_apart_by_their_bodies,
            headers=test_hook_keys.SHARED_IDS[0],
        ),
    ),
    Fence(
        hook_keys._only,
        "len(values) > 1",
        "False",
        partial(
            test_hook_keys.test_a_header_that_is_there_twice_with_different_values_is_no_key,
            headers=test_hook_keys.OWN_IDS[0],
        ),
    ),
    Fence(
        hook_keys._shown,
        "if name not in _SECRET_HEADERS",
        "",
        partial(
            no_key,
            of='{{ $request.headers["authorization"] }}',
            request_of={"headers": {"authorization": "Bearer secret"}},
            why="is not there",
        ),
    ),
    Fence(
        multipart_form._parts,
        "not parts.is_complete",
        "False",
        test_multipart_forms.test_a_form_that_is_cut_anywhere_is_refused,
    ),
    Fence(
        multipart_form._Parts.begin,
        "len(self.found) >= MOST_FIELDS",
        "False",
        partial(
            test_multipart_forms.test_a_broken_form_is_refused,
            body=test_multipart_forms.MANY,
            code="form.too_many_fields",
        ),
    ),
)
