"""The fences of the chat's pages and of the widget's files, and the promise that breaks without each."""

from __future__ import annotations

from botflow.web.widget.files import WidgetFiles
from botflow.web.widget.pages import chat_page
from tests.faults.mutation import Fence
from tests.web.widget import test_pages

FENCES_OF_THE_WIDGET = (
    Fence(
        chat_page,
        "not live.flow.chat.page and not desk.dev",
        "False",
        test_pages.test_a_workflow_has_a_page_only_where_its_document_says_so,
    ),
    Fence(
        chat_page,
        "await desk.limiter.check(Use(PAGES_PER_ADDRESS, desk.address_of(request.scope)))",
        "pass",
        test_pages.test_pages_and_files_are_counted_per_address,
    ),
    Fence(
        WidgetFiles.__call__,
        "await desk.limiter.check(Use(PAGES_PER_ADDRESS, desk.address_of(scope)))",
        "pass",
        test_pages.test_pages_and_files_are_counted_per_address,
    ),
)
