"""A document's one form, in which two of them can be compared and edited: camelCase, no short forms, an id per edge."""

from __future__ import annotations

from typing import Any

from botflow.flow.document import nowhere, shape
from botflow.flow.edge_ids import with_edge_ids
from botflow.flow.problems import FlowProblems, Report


def canonical(value: Any) -> dict[str, Any]:
    """Return the canonical form of plain JSON that holds a document; FlowProblems when it holds none."""
    report = Report("", nowhere)
    document = shape(value, report)
    if document is None:
        raise FlowProblems(report.problems)
    return with_edge_ids(document.to_json())
