"""The command line: one file per command in commands/, all of them thin. Read app.py first.

A command reads its arguments, calls the same runtime as the server does, and prints. Exit status: 0 good, 1 the flow
is wrong, 2 the call is wrong; neither prints a traceback.
"""

from botflow.cli.app import main

__all__ = ["main"]
