"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
FlowPaths = Annotated[
    list[Path],
    typer.Argument(metavar="FLOW...", help="One or more .yaml, .yml, .json or .py files.", show_default=False),
]
