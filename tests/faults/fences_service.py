"""The fences around the service: keys, organizations, roles, revisions, repeated requests; and what breaks without."""

from __future__ import annotations

from functools import partial

from botflow.runtime.served_flows import Flows
from botflow.runtime.vault import Vault
from botflow.service import refusals
from botflow.service.access import api_keys as service_keys
from botflow.service.access import sign_in as service_sign_in
from botflow.service.access.sign_in import SignIns
from botflow.service.access.token_keys import TokenReader
from botflow.service.access.users import Users
from botflow.service.field_options import FieldOptions
from botflow.service.workflows import publishing
from botflow.storage.service import credentials as stored_credentials
from botflow.storage.service import idempotency as stored_requests
from botflow.storage.service.access import api_keys as stored_keys
from botflow.storage.service.access import users as stored_users
from botflow.storage.service.workflows import drafts as stored_drafts
from botflow.storage.service.workflows import publications as stored_publications
from botflow.storage.service.workflows import versions as stored_versions
from botflow.web.auth import callers
from botflow.web.auth.callers import Gate
from botflow.web.rest import idempotency
from tests.faults.mutation import Fence
from tests.web.api import (
    test_credential_borders,
    test_drafts_and_versions,
    test_field_options,
    test_organizations_apart,
    test_publications_apart,
    test_revoked_while_open,
    test_same_moment,
)
from tests.web.auth import test_revoked_keys, test_sign_in, test_token_keys

apart = test_organizations_apart.test_no_route_shows_or_changes_another_organizations_things
speaks = test_organizations_apart.test_a_key_speaks_for_people_of_its_own_organization_alone
no_publication = test_publications_apart.test_another_organization_neither_plans_nor_publishes_nor_returns
keys = test_drafts_and_versions.test_keys_do_what_their_scopes_say_until_they_are_revoked
life = test_drafts_and_versions.test_a_workflow_from_its_first_draft_to_a_rollback
repeated = test_drafts_and_versions.test_a_repeated_post_does_nothing_again
signs_in = test_sign_in.test_a_person_may_do_what_the_role_says_from_sign_in_to_sign_out
locks = test_sign_in.test_wrong_passwords_lock_an_account_and_an_unknown_address_looks_the_same
role_of_token = partial(test_token_keys.test_a_token_is_worth_the_role_that_it_claims, algorithm="ES256")
revoked = test_revoked_keys.test_a_revoked_key_is_refused_at_once_by_the_process_that_revoked_it
stream_ends = test_revoked_while_open.test_a_servers_stream_of_a_conversation_ends_when_its_key_is_revoked
offered = test_field_options.test_a_plugin_offers_what_it_looks_up_for_the_node
no_trust = test_token_keys.test_a_token_that_nobody_trusts_is_refused

_LOOKED_UP = "home=await runtime.database.within(organization).read(is_home, organization)"
_MASKED = "KnownSecrets().redactor((fields or {}).values()).text(said)"

FENCES_OF_THE_SERVICE = (
    Fence(FieldOptions._looked_up, _LOOKED_UP, "home=True", offered),
    Fence(FieldOptions._looked_up, _MASKED, "said", offered),
    Fence(
        FieldOptions._check_may_read_credentials,
        "not self._caller.may(Scope.CREDENTIALS_READ)",
        "False",
        test_field_options.test_who_edits_drafts_alone_lists_no_credentials,
    ),
    Fence(callers.require_scope, "not principal.may(needed)", "False", keys),
    Fence(Flows.check_owner, "live.organization != organization", "False", speaks),
    Fence(Gate._of_cookie, "check_csrf(scope, cookie)", "pass", signs_in),
    Fence(
        service_keys._scopes,
        "scopes - who.scopes",
        "set()",
        test_sign_in.test_nobody_gives_a_role_that_may_do_more_than_they,
    ),
    Fence(service_keys.Keys.revoke_key, "self._believed.forget()", "pass", revoked),
    Fence(callers.Gate.is_caller, "return False", "return True", stream_ends),
    Fence(service_keys.KeyReader._look_up, "record.revoked_at is None and", "", keys),
    Fence(stored_keys.get_key, "api_keys.c.organization_id == organization, ", "", apart),
    Fence(stored_drafts.get_draft, "workflows.c.organization_id == organization, ", "", apart),
    Fence(stored_versions._versions, "workflows.c.organization_id == organization, ", "", apart),
    Fence(stored_users.get_user, "users.c.organization_id == organization, ", "", apart),
    Fence(stored_publications._published, "organization_id == organization", "id > 0", no_publication),
    Fence(
        Vault.webhook_secret,
        "organization != await self._store.default_organization()",
        "False",
        test_credential_borders.test_variables_of_the_server_are_the_home_organizations_at_each_call,
    ),
    Fence(
        stored_credentials.clear_default,
        "connection.execute(row.with_for_update(key_share=True))",
        "pass",
        test_credential_borders.test_two_requests_at_once_leave_one_default,
        on="postgres",
    ),
    Fence(refusals.check_unchanged, "expected == now", "True", life),
    Fence(idempotency._repeated, "former.digest != digest", "False", repeated),
    Fence(stored_requests.begin, ".first() is not None", ".first() or True", repeated),
    Fence(idempotency.answer_once, "is_secret or", "", keys),
    Fence(
        idempotency.answer_once,
        "if not isinstance(failure, ProviderError)",
        "if True",
        test_same_moment.test_a_post_whose_effect_is_not_known_is_not_repeated,
    ),
    Fence(
        stored_requests.begin,
        "row.on_conflict_do_nothing()",
        "row.on_conflict_do_update(index_elements=['organization_id', 'key'], set_={'digest': digest})",
        test_same_moment.test_a_repeated_post_at_the_same_moment_is_carried_out_once,
        on="postgres",
    ),
    Fence(SignIns.sign_in, "if not right:", "if False:", locks),
    Fence(SignIns._refuse_unknown, "until is not None and now < until", "False", locks),
    Fence(SignIns._check_lock, "until is not None and account.moment < until", "False", locks),
    Fence(service_sign_in._lock, "failures < FREE_FAILURES", "True", locks),
    Fence(
        Users._change,
        "before.role == Role.OWNER and loses_owner and",
        "False and",
        test_sign_in.test_an_organization_keeps_an_active_owner,
    ),
    Fence(stored_users.sign_out, "sign_ins.c.digest == digest if", "sign_ins.c.user_id == user if", signs_in),
    Fence(TokenReader._is_for_us, "in self._names", "is not None", no_trust),
    Fence(TokenReader.principal, "row is None or row.revoked_at is not None", "row is None", no_trust),
    Fence(
        publishing.publish_draft,
        "check_revision(draft, compiled.revision)",
        "pass",
        test_drafts_and_versions.test_an_edit_while_a_draft_is_compiled_is_not_published_by_mistake,
    ),
)
