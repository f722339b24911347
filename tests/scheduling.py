"""Which process runs which test: xdist's `--dist loadgroup`, without its work that grows with each test.

After each test xdist counts all that a process ever got to find what is left for it: with 13,000 tests, several
seconds of work of the process that all the others wait for.
"""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadGroupScheduling  # type: ignore[import-untyped]  # xdist has no types


class Scheduling(LoadGroupScheduling):  # type: ignore[misc]  # xdist has no types
    """Forgets the groups of tests that are done."""

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        super().mark_test_complete(node, item_index, duration)
        assigned = self.assigned_work[node]
        group = self._split_scope(self.registered_collections[node][item_index])
        if all(assigned[group].values()):
            del assigned[group]
