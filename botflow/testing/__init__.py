"""Testing flows and plugins without a database, a network or an event loop. Start reading in `simulator.py`.

Shipped with botflow; nothing in production imports it. The base classes for a plugin's tests are in `contracts`, which
needs pytest; the other modules do not.
"""

from __future__ import annotations

from botflow.testing.person import Person
from botflow.testing.read_answer import read_answer
from botflow.testing.run import Run
from botflow.testing.scripted.model import ScriptedModel
from botflow.testing.scripted.outcomes import UnscriptedAsk
from botflow.testing.simulator import Simulator
from botflow.testing.transcript import TranscriptLine
from botflow.testing.virtual_clock import VirtualClock

__all__ = [
    "Person",
    "Run",
    "ScriptedModel",
    "Simulator",
    "TranscriptLine",
    "UnscriptedAsk",
    "VirtualClock",
    "read_answer",
]
