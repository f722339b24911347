"""The sentences that each language must have. A missing one is an error of the type checker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Bounded(NamedTuple):
    """One phrase for each way to bound an answer; `{least}` and `{most}` are filled in."""

    both: str
    least: str
    most: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """All sentences of botflow itself in one language.

    `apology`: an execution has failed. `cannot_change`: the answer to be changed has already been acted on.
    `changed`: an earlier answer was changed from `{old}` to `{new}`. `changed_to`: so, when the old one is not known.
    `which_answer`: several answers can be meant; it names the word that goes back.
    `unsure`: a message to a form was not understood as a whole; the open question follows. `understood`: the
    answers that a form took from the message before it. `what_to_change`: the person did not confirm a form.
    `opted_out`: the confirmation of an opt-out in the person's own words; it names the word that opts in again.

    `expected`: what a question expects, by the kind of answer; `{bounds}` becomes one of `bounds`, of `dates` for a
    date, or `example`.
    `choose`: the button that opens a list of options; at most 20 characters.
    `yes` and `no`: a truth in a text.
    `files`: what a question expects when only some kinds of files fit; `{kinds}` becomes some of `file_kinds`, or
    `file_of_type` with an extension, with `either` between the last two. `file_size` follows where their size is
    bounded; `file_units`: the units of a size.
    `several`: what a question for several choices expects when their number is bounded; `exactly`: when it is fixed.
    `length`: what a text question expects when its length is bounded. `unreadable`: a photo came instead of words.
    """

    apology: str
    cannot_change: str
    changed: str
    changed_to: str
    which_answer: str
    unsure: str
    understood: str
    what_to_change: str
    opted_out: str
    expected: Mapping[str, str]
    bounds: Bounded
    dates: Bounded
    choose: str
    example: str
    yes: str
    no: str
    files: str
    file_kinds: Mapping[str, str]
    file_of_type: str
    file_size: str
    file_units: Mapping[str, str]
    either: str
    several: Bounded
    exactly: str
    length: Bounded
    unreadable: str
