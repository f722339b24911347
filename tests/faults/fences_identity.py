"""The fences of who may chat from where: signed users, the conversation that they take along, and origins."""

from __future__ import annotations

from botflow.service.credentials import credential_uses
from botflow.storage.people import sign_ins
from botflow.web.auth import session_tokens, user_tokens
from botflow.web.auth.admission import VisitorAdmission
from botflow.web.auth.user_tokens import UserTokens
from botflow.web.chat import origins, signed_users
from botflow.web.context import Desk
from tests.faults.mutation import Fence
from tests.storage.people import test_sign_ins
from tests.web.auth import test_user_tokens as tokens
from tests.web.chat import test_signed_users as users
from tests.web.middleware import test_origins

taken = users.test_an_anonymous_conversation_is_taken_along_once
closed = users.test_a_person_with_a_conversation_keeps_it_and_the_anonymous_one_ends
at_once = test_sign_ins.test_of_sign_ins_that_have_seen_the_conversation_one_gets_it
required = users.test_where_identity_is_required_no_anonymous_token_opens_anything
bounds = tokens.test_what_a_token_claims_is_believed_within_bounds
withdrawn = tokens.test_a_key_that_a_workflow_trusts_no_more_ends_the_sign_ins_by_it

FENCES_OF_IDENTITY = (
    Fence(sign_ins._take, "version=locked.version + 1", "version=locked.version", taken),
    Fence(sign_ins._take, "_leave_closed_row(connection, wanted)", "pass", taken),
    Fence(sign_ins._is_open, "sessions.c.token_revoked.is_(False)", "_is(key)", taken),
    Fence(sign_ins._join, ".scalar() != found", ".scalar() == 0", at_once, on="postgres"),
    Fence(sign_ins._join, "_make_one_person(connection, wanted)", "pass", taken),
    Fence(sign_ins._make_one_person, "person_at(connection, wanted.organization, _places(wanted))", "pass", closed),
    Fence(sign_ins._close, "end_conversation(connection, locked)", "pass", closed),
    Fence(sign_ins._close, "token_revoked=True", "token_revoked=False", closed),
    Fence(
        sign_ins._changed,
        "known.get(name) != value",
        "True",
        users.test_what_the_site_says_of_a_person_is_their_contact,
    ),
    Fence(
        signed_users.open_signed_session,
        "check_token(await desk.runtime.database.turns.load(key))",
        "pass",
        users.test_a_revoked_user_is_refused_before_anything_is_moved,
    ),
    Fence(
        credential_uses._uses,
        "document.chat.identity is not None",
        "False",
        users.test_a_workflow_needs_the_keys_that_it_names,
    ),
    Fence(VisitorAdmission.holds_for, "stored.key.external_id == self._visitor.external_id", "True", taken),
    Fence(
        VisitorAdmission.holds_for,
        "self._may_chat(self._visitor)",
        "True",
        users.test_a_stream_ends_with_the_token_of_its_reader,
    ),
    Fence(Desk.caller, "self.check_visitor(caller)", "pass", required),
    Fence(session_tokens.check_access, "identity is not None and identity.required", "False", required),
    Fence(session_tokens.check_access, "not is_trusted", "False", withdrawn),
    Fence(
        user_tokens.verified,
        "algorithms=[key.algorithm]",
        'algorithms=["HS256", "HS512", "ES256"]',
        tokens.test_what_no_key_has_signed_is_refused,
    ),
    Fence(
        user_tokens.verified,
        "key.id and key.id == kid",
        "False",
        tokens.test_a_key_id_chooses_among_keys_and_never_makes_one,
    ),
    Fence(user_tokens._subject, "subject.casefold().startswith(VISITOR)", "False", bounds),
    Fence(user_tokens._check_times, "expires_at <= now_s - CLOCKS_DIFFER_S", "False", bounds),
    Fence(user_tokens._check_times, "not begins <= now_s + CLOCKS_DIFFER_S", "False", bounds),
    Fence(user_tokens._check_times, "<= LONGEST_LIFE_S + CLOCKS_DIFFER_S", "<= 10**13", bounds),
    Fence(UserTokens._check_audience, 'each.rstrip("/") in ours', "True", bounds),
    Fence(origins.check_origin, "origin not in allowed", "False", test_origins.test_a_refused_page_does_nothing),
    Fence(origins.is_own, "host in hosts", "True", test_origins.test_a_refused_page_does_nothing),
)
