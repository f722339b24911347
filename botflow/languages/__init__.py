"""botflow's own sentences for people, one module per language. Start reading in `sentences.py`.

To add a language, copy `en.py`, translate it, and list it in `spoken.py`. No other file names a language's sentences.
People's answers, such as yes, no and dates, are read in `nodes/answers` and `engine/corrections`.
"""

from __future__ import annotations

from botflow.languages.sentences import Bounded, Sentences
from botflow.languages.spoken import LANGUAGES, base_language, country_in, sentences_in

__all__ = ["LANGUAGES", "Bounded", "Sentences", "base_language", "country_in", "sentences_in"]
