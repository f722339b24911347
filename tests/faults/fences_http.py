"""The fences around requests of flows: where they lead, what goes along, and that nothing is done twice."""

from __future__ import annotations

from functools import partial

from botflow_http import address, body, call, node, redirection
from botflow_http.authentication import ClientCredentials

from botflow import outgoing_hosts, outgoing_targets
from botflow.outgoing_transport import CheckedTransport
from botflow.runtime.asks.actions import RunningAction
from botflow.service.credentials import credential_hosts
from tests.faults.mutation import Fence
from tests.http import test_flows as flows
from tests.http import test_hosts as hosts
from tests.http import test_redirects as redirects
from tests.http import test_requests as requests
from tests.http import test_retries as retries
from tests.http import test_secrets as secrets
from tests.http import test_ssrf as ssrf
from tests.http import test_tokens as tokens

CHECK = 'check_address(ip_address(address.partition("%")[0]), parts.scheme, networks)'

FENCES_OF_REQUESTS = (
    Fence(outgoing_targets.checked_addresses, CHECK, "pass", ssrf.test_no_form_of_an_address_leads_inside),
    Fence(outgoing_targets.checked_addresses, CHECK, "pass", ssrf.test_no_redirection_leads_inside),
    Fence(
        outgoing_targets.checked_addresses,
        CHECK,
        "pass",
        ssrf.test_a_redirection_to_a_name_that_turns_is_checked_at_its_own_connection,
    ),
    Fence(
        CheckedTransport.handle_async_request,
        "request.url = written.copy_with(host=last)",
        "pass",
        ssrf.test_a_name_is_resolved_once_for_each_connection,
    ),
    Fence(
        redirection.redirected,
        "target.has_left or (url.scheme, url.host, url.port) != target.origin",
        "False",
        redirects.test_another_origin_gets_neither_credential_nor_headers_nor_body,
    ),
    Fence(
        redirection.redirected,
        "target.has_left or (url.scheme, url.host, url.port) != target.origin",
        "(url.scheme, url.host, url.port) != target.origin",
        redirects.test_what_has_left_its_origin_gets_no_secret_when_it_comes_back,
    ),
    Fence(
        call.Sending.send_to,
        "if target.is_at_home:",
        "if True:",
        redirects.test_another_origin_gets_neither_credential_nor_headers_nor_body,
    ),
    Fence(
        ClientCredentials.__init__,
        "{context.account}:",
        "",
        tokens.test_no_organization_gets_the_token_of_another_and_no_credential_that_of_its_former_fields,
    ),
    Fence(
        ClientCredentials.headers,
        "self._context.hide(self._secret)",
        "pass",
        secrets.test_what_a_credential_holds_and_gives_is_never_clear,
    ),
    Fence(
        call.Sending._check_host,
        "not may_be_sent_to(self.credential, url)",
        "False",
        hosts.test_no_secret_leaves_for_another_host,
    ),
    Fence(
        call.Sending._check_host,
        "not may_be_sent_to(self.credential, url)",
        "False",
        hosts.test_no_token_is_fetched_for_a_host_that_may_not_have_it,
    ),
    Fence(
        credential_hosts.refused_hosts,
        "not any(may_be_sent_to(fields, each.url) for fields in sets)",
        "False",
        hosts.test_a_flow_that_sends_a_credential_elsewhere_is_not_published,
    ),
    Fence(
        outgoing_hosts.may_be_sent_to,
        "parts.username is not None",
        "False",
        partial(
            hosts.test_an_address_is_one_of_the_hosts_or_is_not,
            hosts="api.example.com",
            url="https://evil.example\\@api.example.com/",
            expected=False,
        ),
    ),
    Fence(
        RunningAction.hide,
        "self._secrets |= {secret}",
        "pass",
        secrets.test_what_a_credential_holds_and_gives_is_never_clear,
    ),
    Fence(
        node._rendered,
        "scene.node.credential is not None and is_whole(properties.url)",
        "False",
        flows.test_an_address_from_elsewhere_is_taken_whole_without_a_credential_alone,
    ),
    Fence(
        node._header,
        'any((letter < " " and letter != "\\t") or letter == "\\x7f" for letter in stripped)',
        "False",
        partial(flows.test_a_value_cannot_begin_another_header, value="a\r\nX-Evil: 1"),
    ),
    Fence(
        address._encoded,
        'quote(text.encode("utf-8", "replace"), safe="")',
        "text",
        partial(flows.test_a_value_in_an_address_is_one_value, value="a/b", path="a%2Fb"),
    ),
    Fence(
        address._encoded,
        "not text and not may_be_empty",
        "False",
        partial(flows.test_a_value_that_would_change_the_path_is_refused, value=""),
    ),
    Fence(
        address.rendered_address,
        "_DOTS.fullmatch(segment)",
        "False",
        partial(flows.test_a_value_that_would_change_the_path_is_refused, value=".."),
    ),
    Fence(
        body.BodyReader._add,
        "len(self._content) + len(piece) > self._largest",
        "False",
        requests.test_decompressed_bytes_are_counted,
    ),
    Fence(
        call._until_answered,
        "(failure.is_sent and not properties.is_repeatable)",
        "False",
        retries.test_a_connection_that_breaks_is_tried_again_where_that_is_safe,
    ),
    Fence(
        call._is_passing,
        "PASSING if properties.is_repeatable else REFUSED",
        "PASSING",
        retries.test_a_request_is_sent_again_after_the_statuses_that_pass,
    ),
    Fence(
        call._key_of,
        "hashlib.sha256(key.encode()).digest()[:16]",
        '__import__("os").urandom(16)',
        retries.test_the_idempotency_key_is_the_same_in_every_attempt_and_another_for_another_visit,
    ),
)
