"""Reading the values of `ai.extract` out of a message by the readers of answers, or leaving them out.

A message tells more than an answer does, so less of it is taken. A value counts if every word beside it is known to
change nothing, as in a form; a name, a reference or an address that says what it is (`explicit_values.py`) counts if
its own clause is understood and no other word may take it back. Whatever is denied, doubted, asked, compared, told of
the past or of somebody else has words that are not known, and is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from botflow.engine.asks import AskModel
from botflow.nodes.answers.choosing.amendments import between_corrections
from botflow.runtime.offline_model.extraction.contrasts import without_denied
from botflow.runtime.offline_model.extraction.fields import Sought, sought
from botflow.runtime.offline_model.extraction.statement import read_statement
from botflow.runtime.offline_model.extraction.told_values import Setting
from botflow.runtime.offline_model.features import Words

LONGEST = 1_000  # characters; what a longer text says at its end may change what it says before
LONGEST_WORD = 254  # characters, as of an e-mail address
_ANY_DAY = datetime(2000, 1, 1)  # where no day is looked for
MOST_ANSWERS = 4  # of a message that corrects itself


def extract(ask: AskModel, words: Words) -> dict[str, Any]:
    """Return the values found, by field; a field that is not in the text, or not for sure, is left out."""
    text = ask.text.strip()
    if not text or len(text) > LONGEST or max(map(len, text.split())) > LONGEST_WORD:
        return {}
    fields = [sought(field, words) for field in ask.fields if field.type != "date" or ask.now is not None]
    setting = Setting(words=words, region=ask.region, now=ask.now or _ANY_DAY)
    return dict(_corrected(fields, text, setting))


def _corrected(fields: Sequence[Sought], text: str, setting: Setting) -> Mapping[str, Any]:
    """Return what the message says in the end: of "red, no, blue" the blue. Else nothing is sure."""
    answers = between_corrections(text, setting.words.language)
    if len(answers) == 1:
        return _contrasted(fields, text, setting)
    if len(answers) > MOST_ANSWERS:
        return {}
    read = [_contrasted(fields, answer, setting) for answer in answers]
    corrected: dict[str, Any] = {}
    for said, behind in zip(read, [*read[1:], read[-1]], strict=True):
        if not said or said.keys().isdisjoint(behind):
            return {}
        corrected |= said
    return corrected


def _contrasted(fields: Sequence[Sought], text: str, setting: Setting) -> Mapping[str, Any]:
    """Return what the message says, and not what it sets against it: "blue, not red"."""
    parts = without_denied(text, setting.words.language)
    if parts is not None:
        kept, denied = (read_statement(fields, part, setting) for part in parts)
        if denied and denied.keys() <= kept.keys() and all(kept[name] != value for name, value in denied.items()):
            return kept
    return read_statement(fields, text, setting)
