"""`python -m botflow`: the same as the `botflow` command."""

import sys

# Python looks for modules in the working folder first when it is started with -m. The command does not: a file there,
# such as one in a folder of downloads, must not run because it is named like a module.
if not sys.flags.safe_path:
    del sys.path[0]

from botflow.cli import main

main()
