"""The `uvicorn` command for the process that forks: `main(["app:app", "--port", "0"])`, in the folder of the app."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence

import uvicorn.main


def main(arguments: Sequence[str]) -> None:
    warnings.filterwarnings("error", category=DeprecationWarning, module=r"botflow\Z")  # as PYTHONWARNINGS does it
    sys.argv = ["uvicorn", *arguments]
    uvicorn.main.main()
