"""The fences of visitors' files, and the promise that breaks without each."""

from __future__ import annotations

from botflow.storage.files import Files
from botflow.web.chat.file_links import FileLinks
from tests.faults.mutation import Fence
from tests.storage import test_files
from tests.web.chat import test_file_links

OWN_SESSION = "files.c.session_id == own.scalar_subquery(), "
SEND, FIND = Files.send, Files.find

FENCES_OF_FILES = (
    Fence(SEND, OWN_SESSION, "", test_files.test_a_file_belongs_to_its_session_alone),
    Fence(SEND, OWN_SESSION, "", test_files.test_a_file_belongs_to_its_session_alone, on="postgres"),
    Fence(SEND, "sessions.c.external_id == key.external_id,", "", test_files.test_a_file_belongs_to_its_session_alone),
    Fence(SEND, ", files.c.size.is_not(None)", "", test_files.test_an_incomplete_file_is_nowhere_to_be_seen),
    Fence(FIND, ", files.c.size.is_not(None)", "", test_files.test_an_incomplete_file_is_nowhere_to_be_seen),
    Fence(FIND, ", sessions.c.workflow_id == workflow", "", test_files.test_a_file_is_found_in_its_workflow_alone),
    Fence(
        FileLinks.admits,
        "int(expires) < time.time()",
        "False",
        test_file_links.test_a_signature_ends,
    ),
    Fence(
        FileLinks.admits,
        "self._is_signed(signature, file.id, file.session, expires)",
        "True",
        test_file_links.test_a_signature_opens_its_file_for_its_session_alone,
    ),
    Fence(
        FileLinks.admits,
        "file.session",
        "1",
        test_file_links.test_a_signature_opens_its_file_for_its_session_alone,
    ),
    Fence(
        FileLinks.shown,
        "not is_own and own[4] and not self._is_signed(own[4], own[2], session, own[3])",
        "False",
        test_file_links.test_a_file_of_another_session_keeps_the_address_that_the_flow_passed_on,
    ),
)
