"""The fences around e-mails and messages to team chats: to whom they go, what they hold, and that none goes twice."""

from __future__ import annotations

from botflow_email import mailboxes, node
from botflow_slack import escaping

from botflow.engine import visit
from botflow.storage.files import Files
from tests.email import test_node as emails
from tests.faults.mutation import Fence
from tests.runtime.asks import test_files_by_address as files
from tests.slack import test_slack as slack

FENCES_OF_MESSAGES = (
    Fence(
        mailboxes.rendered,
        "(part for text in written for part in parts_of(text))",
        "(part for text in written for part in [text])",
        emails.test_receivers_are_lists_texts_with_commas_and_templates,
    ),
    Fence(
        mailboxes.rendered,
        "if len(found) > most:",
        "if False:",
        emails.test_too_many_receivers_or_none_fail_before_anything_is_sent,
    ),
    Fence(
        node._filled_in,
        "scene.render_escaped(properties.html, escape)",
        "scene.render(properties.html)",
        emails.test_values_in_html_are_escaped_and_those_in_a_text_are_not,
    ),
    Fence(
        node._filled_in,
        "one_line(scene.render(properties.subject))",
        "scene.render(properties.subject)",
        emails.test_a_subject_is_one_line_of_two_hundred_characters,
    ),
    Fence(
        visit._try_again,
        ' or getattr(failure, "is_final", False)',
        "",
        emails.test_an_unknown_result_is_not_tried_again_and_a_passing_one_is,
    ),
    Fence(
        escaping.rendered_blocks,
        "if is_marked_up else",
        "if False else",
        slack.test_a_visitors_words_neither_mention_nor_link,
    ),
    Fence(
        Files.of_organization,
        "senders.c.organization_id == organization, ",
        "",
        files.test_a_visitors_file_is_read_for_the_same_organization_only,
    ),
)
