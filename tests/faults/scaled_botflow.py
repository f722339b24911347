"""The `botflow` command with its times scaled: `main(["worker", "--concurrency", "4"])`. All else is the product's."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botflow.cli import app, launch
from tests.faults.timing import TIMING, scale_sends

if TYPE_CHECKING:
    from botflow.runtime.options import RuntimeOptions


def main(arguments: Sequence[str]) -> None:
    usual = launch.runtime_options

    def runtime_options(*given: Any, **more: Any) -> RuntimeOptions:
        return replace(usual(*given, **more), timing=TIMING)

    launch.runtime_options = runtime_options
    scale_sends()
    sys.argv = ["botflow", *arguments]
    app.main()
