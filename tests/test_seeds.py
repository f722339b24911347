"""Seeds differ: between calls, threads and forked processes."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from botflow.seeds import new_seed


def test_seeds_have_63_bits_and_differ_between_threads() -> None:
    with ThreadPoolExecutor(8) as threads:
        drawn = list(threads.map(lambda _: new_seed(), range(2_000)))
    assert len(set(drawn)) == 2_000
    assert all(0 <= seed < 2**63 for seed in drawn)
    assert max(drawn) > 2**62


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_does_not_repeat_its_parents_seeds() -> None:
    new_seed()  # so that a block is there
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b" ".join(str(new_seed()).encode() for _ in range(100)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        theirs = {int(each) for each in pipe.read().split()}
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(theirs) == 100
    assert theirs.isdisjoint(new_seed() for _ in range(100))
