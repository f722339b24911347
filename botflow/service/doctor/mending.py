"""Explains one session, and mends it by one exact remedy: the same for a server and for a command."""

from __future__ import annotations

from botflow.engine.moves.move import place_of
from botflow.errors import RejectedInbound
from botflow.records.doctor import Examined
from botflow.service.doctor.examination import Examination
from botflow.service.doctor.finding_models import Diagnosis, Finding, Mended, Mending, Remedy
from botflow.service.doctor.remedies import Remedies
from botflow.service.sessions.sessions import session_number, unknown_session


async def diagnose(examination: Examination, session: str) -> Diagnosis:
    """Explain one session or run. RejectedInbound `session.unknown` (404)."""
    return _diagnosis_of(*await _examined(examination, session))


async def mend(examination: Examination, remedies: Remedies, session: str, mending: Mending) -> Mended:
    """Apply one remedy to one finding of a session that is at the revision which `mending` names.

    RejectedInbound `session.changed` (409), `finding.unknown` (409), `remedy.unknown` (422), `remedy.needs` (422), and
    what the remedy itself refuses.
    """
    each, findings = await _examined(examination, session)
    if each.stored.session.version != mending.revision:
        raise _changed_session(each.stored.session.version, mending.revision)
    finding = _chosen(findings, mending)
    remedy = _remedy_of(finding, mending)
    await remedies.apply(each, await examination.version(each), finding, mending)
    after = await diagnose(examination, session)
    return Mended(finding=finding.code, remedy=remedy.remedy, did=remedy.does, diagnosis=after)


async def _examined(examination: Examination, session: str) -> tuple[Examined, list[Finding]]:
    examined = await examination.one(session_number(session))
    if examined is None:
        raise unknown_session(session)
    return examined


def _diagnosis_of(each: Examined, findings: list[Finding]) -> Diagnosis:
    """Return a session's diagnosis as it is shown."""
    session, wait = each.stored.session, each.stored.session.wait
    return Diagnosis(
        session=str(each.stored.id),
        workflow=each.workflow,
        channel=each.stored.key.channel,
        revision=session.version,
        active=each.is_active,
        execution=session.execution,
        node=place_of(session) if session.frames else None,
        accepts=list(wait.accepts) if wait is not None else [],
        wakes_at=each.wakes_at,
        findings=findings,
    )


def _changed_session(version: int, wanted: int) -> RejectedInbound:
    """Return the refusal of a remedy for a session that has gone on since its diagnosis."""
    return RejectedInbound(
        f"the session is at revision {version}, and not at {wanted}",
        code="session.changed",
        hint="read its diagnosis again: a message or an operator has changed it",
        status=409,
    )


def _chosen(findings: list[Finding], mending: Mending) -> Finding:
    for each in findings:
        if each.code == mending.finding and mending.subject in (None, each.subject):
            return each
    about = f" about {mending.subject!r}" if mending.subject is not None else ""
    raise RejectedInbound(
        f"this session has no finding {mending.finding}{about}",
        code="finding.unknown",
        hint=f"it has: {', '.join(sorted({each.code for each in findings})) or 'none, it is well'}",
        status=409,
    )


def _remedy_of(finding: Finding, mending: Mending) -> Remedy:
    remedy = next((known for known in finding.remedies if known.remedy == mending.remedy), None)
    if remedy is None:
        raise RejectedInbound(
            f"{finding.code} is not mended by {mending.remedy!r}",
            code="remedy.unknown",
            hint=f"it has: {', '.join(known.remedy for known in finding.remedies) or 'none; ' + finding.do}",
            status=422,
        )
    for field in remedy.needs:
        if getattr(mending, field) is None:
            raise RejectedInbound(
                f"{mending.remedy!r} needs the field {field!r}",
                code="remedy.needs",
                hint=f"it {remedy.does}",
                status=422,
            )
    return remedy
