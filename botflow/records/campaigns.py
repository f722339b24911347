"""What a campaign's occasion has led to."""

from __future__ import annotations

from typing import Literal

Outcome = Literal["waiting", "started", "missed"]
