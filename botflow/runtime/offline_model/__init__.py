"""The built-in offline model. Start in `model.py`; `routing` chooses routes, `extraction` reads values."""

from __future__ import annotations

from botflow.runtime.offline_model.model import LexicalModel

__all__ = ["LexicalModel"]
