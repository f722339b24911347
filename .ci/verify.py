"""Run the checks one after another and print one summary: `verify.py check`, or `verify.py test` for the tests too.

A skipped test is a failure: the tests bring their own Postgres and Redis, so there is no reason to skip any.
"""

import re
import subprocess
import sys
import time

PYTHON = [sys.executable, "-u", "-m"]  # unbuffered, so that progress is seen
CHECKS = {
    "ruff format": [*PYTHON, "ruff", "format", "--check", "--quiet", "."],
    "ruff check": [*PYTHON, "ruff", "check", "--quiet", "."],
    "mypy --strict": [*PYTHON, "mypy", "--no-error-summary"],
    "layers": [*PYTHON, "pytest", "tests/test_layers.py"],
}
# Two at a time, whole files: most fault tests wait for timeouts. Each side has its own Postgres and Redis.
TESTS = [*PYTHON, "pytest", "-n", "2", "--dist", "loadfile"]
NOT_RUN = re.compile(r"\b\d+ (skipped|xfailed|xpassed|deselected)\b")


def run(name: str, command: list[str]) -> tuple[bool, str]:
    """Run `command`, passing its output on as it comes; return whether it went well, and its last line."""
    print(f"── {name}", flush=True)
    last = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        for line in child.stdout or ():
            print(line, end="", flush=True)
            last = line.strip() or last
    return child.returncode == 0, last


def main(purpose: str) -> int:
    lines, closing, failed = [], "", False
    for name, command in CHECKS.items():
        began = time.monotonic()
        good, _ = run(name, command)
        lines.append(f"{'ok    ' if good else 'FAILED'}  {name:<14} {time.monotonic() - began:6.1f} s")
        failed |= not good
    if purpose == "test":
        began = time.monotonic()
        good, closing = run("pytest", TESTS)
        skipped = NOT_RUN.search(closing)
        good &= skipped is None
        lines.append(f"{'ok    ' if good else 'FAILED'}  {'pytest':<14} {time.monotonic() - began:6.1f} s")
        if skipped:
            lines.append(f"FAILED  every test must run, but {skipped.group()}")
        failed |= not good
    print("── summary", *lines, closing, sep="\n", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
