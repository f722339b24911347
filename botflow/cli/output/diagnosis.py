"""A session's diagnosis as lines for people: what it waits for, what is wrong, and the command that mends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from botflow.cli.output.visible import visible

if TYPE_CHECKING:
    from botflow.service.doctor.finding_models import Diagnosis, Finding, Remedy

OPTIONS = {"node": "--node NODE", "subject": "--subject ID"}


def diagnosis_lines(diagnosis: Diagnosis) -> Iterator[str]:
    """Yield the lines; nothing in them moves the cursor of a terminal."""
    for line in _lines(diagnosis):
        yield visible(line)


def _lines(diagnosis: Diagnosis) -> Iterator[str]:
    place = f", at the node {diagnosis.node}" if diagnosis.node else ""
    of = f"of {diagnosis.workflow} ({diagnosis.channel})"
    yield f"Session {diagnosis.session} {of}, revision {diagnosis.revision}{place}."
    if diagnosis.accepts:
        yield f"It waits for: {', '.join(diagnosis.accepts)}."
    if diagnosis.wakes_at is not None:
        yield f"It wakes up at {diagnosis.wakes_at:%Y-%m-%d %H:%M:%S} UTC."
    if not diagnosis.findings:
        yield "Nothing is wrong with it."
    for finding in diagnosis.findings:
        subject = f" ({finding.subject})" if finding.subject is not None else ""
        yield ""
        yield f"{finding.code}{subject}: {finding.why}"
        yield f"  {finding.do}"
        for remedy in finding.remedies:
            yield f"  botflow doctor mend {' '.join(_call(finding, remedy))}"
            yield f"      It {remedy.does}."


def _call(finding: Finding, remedy: Remedy) -> Iterator[str]:
    yield from (finding.session, finding.code, remedy.remedy)
    for field in remedy.needs:
        yield f"--subject {finding.subject}" if field == "subject" and finding.subject else OPTIONS[field]
