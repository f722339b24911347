"""The fences of pressed buttons, and of messages that a form reads: none answers a question that it was not for."""

from __future__ import annotations

from functools import partial

from botflow.engine import arrival
from botflow.nodes.answers.choosing import choice
from botflow.nodes.chatbot.forms import already_known
from botflow.nodes.chatbot.forms import message as form_message
from botflow.web.chat.body import Posted
from tests.faults.mutation import Fence
from tests.nodes.chatbot import test_pressed_buttons
from tests.nodes.chatbot.forms import test_already_known, test_detours
from tests.web.chat import test_messages

FENCES_OF_BUTTONS = (
    Fence(
        Posted.pressed,
        "marked(self.question, self.payload)",
        "self.payload",
        test_messages.test_an_older_questions_button_is_no_answer_to_a_newer_one,
    ),
    Fence(
        arrival._drop_other_questions_button,
        'pressed != f"{scene.level.flow.id}/{scene.level.node}"',
        "False",
        test_pressed_buttons.test_an_old_button_is_no_text_for_a_question_that_takes_any,
    ),
    Fence(
        choice.choose,
        " or pressed != inbound.payload",
        "",
        test_pressed_buttons.test_an_option_that_a_new_version_no_longer_has_is_not_taken_for_a_like_one,
    ),
    Fence(
        choice.choose,
        " and inbound.text",
        "",
        partial(test_pressed_buttons.test_the_payload_of_another_menu_is_never_read_as_a_position, payload="2"),
    ),
    Fence(
        form_message._pressed,
        "owner != form.asked or not (owner or form.confirms)",
        "False",
        test_detours.test_an_old_button_is_no_text_and_confirms_nothing,
    ),
    Fence(
        already_known.leads_here,
        "return not scene.answered",
        "return True",
        test_already_known.test_an_answer_to_another_question_is_not_read_again,
    ),
    Fence(
        already_known.leads_here,
        " or scene.message_is_taken",
        "",
        partial(test_already_known.test_two_forms_in_one_turn_do_not_take_the_same_words, reads="always"),
    ),
    Fence(
        already_known.said_before,
        "reading.clear == reading.values.keys()",
        "True",
        test_already_known.test_a_bare_number_is_not_taken_though_one_field_only_takes_it,
    ),
)
