"""The caches of pure functions whose arguments may hold a person's words: a question says a name, options are theirs,
and so is the address that a request comes from.

They are named, not imported: a module that is not loaded has no cache.
"""

from __future__ import annotations

import sys
from functools import _lru_cache_wrapper

TEXT_CACHES = (
    ("botflow.engine.text_folding", "read_authored_words"),
    ("botflow.nodes.answers.accounting", "question_stems"),
    ("botflow.nodes.answers.accounting", "units_asked"),
    ("botflow.nodes.answers.calendar.question_of_days", "is_about_past"),
    ("botflow.nodes.answers.calendar.statements", "words_beside_days"),
    ("botflow.nodes.answers.choosing.choice_items", "_offer_of"),
    ("botflow.nodes.answers.choosing.numbered_options", "numbered_options"),
    ("botflow.nodes.answers.choosing.option_names", "names_of"),
    ("botflow.nodes.answers.choosing.question_words", "_last_sentence"),
    ("botflow.nodes.answers.choosing.question_words", "core_of"),
    ("botflow.nodes.answers.choosing.question_words", "question_words"),
    ("botflow.nodes.answers.choosing.yes_no_questions", "asked_about"),
    ("botflow.nodes.answers.contacts.contact_words", "_with_question"),
    ("botflow.nodes.answers.numbers.beside_numbers", "_asks_for_money"),
    ("botflow.nodes.answers.numbers.beside_numbers", "_asks_for_unit_or_count"),
    ("botflow.runtime.offline_model.extraction.fields", "_sought"),
    ("botflow.web.requests.addresses", "counted_as"),
)


def clear_text_caches() -> None:
    """Empty them; each is filled again by the next message that needs it."""
    for module, name in TEXT_CACHES:
        if module in sys.modules:
            cached: _lru_cache_wrapper[object] = getattr(sys.modules[module], name)
            cached.cache_clear()
