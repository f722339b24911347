"""The fences of pressed buttons: an old one is no answer to a newer question."""

from __future__ import annotations

from functools import partial

from botflow.engine import arrival
from botflow.nodes.answers.choosing import choice
from botflow.web.chat.body import Posted
from tests.faults.mutation import Fence
from tests.nodes.chatbot import test_pressed_buttons
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
)
