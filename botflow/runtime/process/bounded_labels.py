"""Texts that others wrote, as labels of a metric: only what has the form of a code or of a model's name."""

from __future__ import annotations

import re

from botflow.runtime.process.tally import OTHER

# A code of ours or of a plugin (`model.timeout`), or a provider's number for an error. A longer number may be anything.
_CODE = re.compile(r"(?:[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*|[0-9]{1,6})")
_MODEL = re.compile(r"[A-Za-z][A-Za-z0-9_.:/@-]*")
LONGEST = 60


def code_label(code: str) -> str:
    """Return `code` if it looks like one; OTHER for anything else."""
    return code if len(code) <= LONGEST and _CODE.fullmatch(code) else OTHER if code else ""


def model_label(name: str) -> str:
    """Return `name` if it looks like the name of a model; OTHER for anything else."""
    return name if len(name) <= LONGEST and _MODEL.fullmatch(name) else OTHER
