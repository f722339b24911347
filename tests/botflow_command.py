"""The `botflow` command for the process that forks: `main(["serve", "flow.yaml"])`. All of it is the product's."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from botflow.cli import app


def main(arguments: Sequence[str]) -> None:
    sys.argv = ["botflow", *arguments]
    app.main()
