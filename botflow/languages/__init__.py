"""What botflow itself says to people, one module per language. Start reading in `sentences.py`.

To add a language, copy `en.py`, translate it, and list it in `spoken.py`. Nothing else names a language's sentences.
What people may answer, such as yes, no and dates, is understood in `nodes/answers` and `engine/corrections`.
"""

from __future__ import annotations

from botflow.languages.sentences import Bounded, Sentences
from botflow.languages.spoken import LANGUAGES, base_language, sentences_in

__all__ = ["LANGUAGES", "Bounded", "Sentences", "base_language", "sentences_in"]
