"""One factor for all times of a fault test: the product's own, and those that the test waits for in the product.

BOTFLOW_TEST_TIME_SCALE is how long things take compared with production (0.2 unless it is set; `make proof` runs 1.0).
What is tested are the ratios: a lease to its beats, a slow model to the deadlines. The patience of a test, which only
ends one that hangs, and the speed of the machine are never scaled.
"""

from __future__ import annotations

import os

import botflow_twilio.rest

from botflow.runtime.process.timing import Timing

SCALE = float(os.environ.get("BOTFLOW_TEST_TIME_SCALE", "") or 0.2)
TIMING = Timing().scaled(SCALE)
TWILIO_WAITS_S = 15.0 * SCALE  # then Twilio gives a webhook up


def scaled(seconds: float) -> float:
    """Return how long this many seconds of production take in this test."""
    return seconds * SCALE


def scale_sends(factor: float = SCALE) -> None:
    """Shorten this process's calls to Twilio like everything else: a send ends long before its silence is noticed."""
    botflow_twilio.rest.TIMEOUT_S *= factor
