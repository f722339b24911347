"""`python -m botflow`: the same as the `botflow` command."""

from botflow.cli import main

main()
