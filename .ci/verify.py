"""Run the checks and print one summary.

`verify.py check` runs the checks, `verify.py test` the tests too, `verify.py proof` the long and unscaled tests alone.

A skipped test is a failure: the tests bring their own Postgres and Redis, so there is no reason to skip any.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PYTHON = [sys.executable, "-u", "-m"]  # unbuffered, so that progress is seen
# Tests start hundreds of processes: without cached bytecode each of them would compile for seconds.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
QUICK = {
    "ruff format": [*PYTHON, "ruff", "format", "--check", "--quiet", "."],
    "ruff check": [*PYTHON, "ruff", "check", "--quiet", "."],
}
TYPES = [*PYTHON, "mypy", "--no-error-summary"]
LAYERS = [*PYTHON, "pytest", "tests/test_layers.py"]
# More at a time than there are cores: most fault tests wait for timeouts. Each side has its own Postgres and Redis.
SIDES = max(4, 5 * (os.cpu_count() or 1) // 2)
TESTS = [*PYTHON, "pytest", "-n", str(SIDES), "--dist", "loadgroup", "--durations=25"]
COLLECT = [*PYTHON, "pytest", "--collect-only", "-qq"]
# What `test` scales down or cuts short: leases, deadlines and a slow model at their real times, a soak of five minutes,
# more generated conversations and cron expressions, ten minutes of a fuzz of the HTTP surface, as many streams as a
# process takes.
PROOF = [*PYTHON, "pytest", "-n", "3", "--dist", "loadgroup", "-rA", "tests/faults"]
PROOF += ["tests/engine/test_properties.py", "tests/engine/test_handoff_interleavings.py"]
PROOF += ["tests/testing/likeness"]
PROOF += ["tests/twilio/test_generated_consent.py"]
PROOF += ["tests/runtime/runs/schedules/test_generated_crons.py"]
UNSCALED = {
    "BOTFLOW_TEST_TIME_SCALE": "1.0",
    "BOTFLOW_TEST_SOAK_SECONDS": "300",
    "BOTFLOW_TEST_CONVERSATIONS": "4000",
    "BOTFLOW_TEST_LIKENESS": "2000",
    "BOTFLOW_TEST_CRONS": "10000",
    "BOTFLOW_TEST_INTERLEAVINGS": "10000",
    "BOTFLOW_TEST_FUZZ_EXAMPLES": "20000",
    "BOTFLOW_TEST_STREAMS": "5000",
}
MEMORY = Path("/dev/shm")  # noqa: S108 -- Linux keeps it in memory; in it is a folder of our own
ROOM = 6 << 30  # bytes that must be free: five servers of Postgres with their logs, and the files of tests under way
NOT_RUN = re.compile(r"\b\d+ (skipped|xfailed|xpassed|deselected)\b")


class Summary:
    """What went well and what did not, and how long each took."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.failed = False

    def add(self, name: str, began: float, good: bool) -> None:
        self.lines.append(f"{'ok    ' if good else 'FAILED'}  {name:<14} {time.monotonic() - began:6.1f} s")
        self.failed |= not good


def run(name: str, command: list[str], environment: dict[str, str] | None = None) -> tuple[bool, str]:
    """Run `command`, passing its output on as it comes; return whether it went well, and its last line."""
    print(f"── {name}", flush=True)
    last = ""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})}
    ) as child:
        for line in child.stdout or ():
            print(line, end="", flush=True)
            last = line.strip() or last
    return child.returncode == 0, last


def run_tests(summary: Summary, command: list[str], environment: dict[str, str] | None = None) -> str:
    """Run pytest; return its last line."""
    began = time.monotonic()
    good, closing = run("pytest", command, environment)
    skipped = NOT_RUN.search(closing)
    summary.add("pytest", began, good and skipped is None)
    if skipped:
        summary.lines.append(f"FAILED  every test must run, but {skipped.group()}")
    return closing


@contextmanager
def temporary_files() -> Iterator[dict[str, str]]:
    """Yield the environment that keeps the tests' temporary files in memory, if there is room and they may be run.

    What the tests prove is the same: a process that dies leaves what it wrote there too. But each commit on SQLite, and
    a file of each table of Postgres, would wait for the disk or be written to it.
    """
    if not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC or _free_memory() < ROOM:
        yield {}
        return
    for left in MEMORY.glob("botflow-files-*"):  # by a run that was killed
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    prefix = f"botflow-files-{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=MEMORY, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # Postgres runs as another user
        yield {"TMPDIR": folder, "BOTFLOW_TEST_SHARED_FOLDER": tempfile.gettempdir()}  # tests/ports.py counts there


def _free_memory() -> int:
    """Return how many bytes files in memory may take: there, and of what the machine has left."""
    [available] = re.findall(r"MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text())
    return min(shutil.disk_usage(MEMORY).free, int(available) * 1024 // 2)


def write_bytecode() -> None:
    """Collect the tests once if that was never done: else each side would compile all of them, at the same time."""
    if next(Path("tests").rglob("*-pytest-*.pyc"), None) is None:
        print("── collecting the tests for the first time", flush=True)
        subprocess.run(COLLECT, stdout=subprocess.DEVNULL, check=False)  # pytest itself tells what is wrong


def main(purpose: str) -> int:
    summary, closing = Summary(), ""
    if purpose == "proof":
        closing = run_tests(summary, PROOF, UNSCALED)
    else:
        for name, command in QUICK.items():
            began = time.monotonic()
            summary.add(name, began, run(name, command)[0])
        began = time.monotonic()
        with subprocess.Popen(TYPES, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as types:
            if purpose == "test":
                write_bytecode()
            with temporary_files() as environment:
                closing = run_tests(summary, LAYERS if purpose == "check" else TESTS, environment)
            said, _ = types.communicate()
        if said:
            print("── mypy --strict", said, sep="\n", flush=True)
        summary.add("mypy --strict", began, types.returncode == 0)
    print("── summary", *summary.lines, closing, sep="\n", flush=True)
    return int(summary.failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
