"""The doctor of stuck sessions: lists what is wrong, explains one session, and mends by one exact remedy at a time."""

from __future__ import annotations

from botflow.engine.moves.move import place_of
from botflow.errors import RejectedInbound
from botflow.records.access import Principal
from botflow.records.doctor import Examined, Place
from botflow.runtime.app import Runtime
from botflow.service.cursors import PAGE, cursor_of, read_cursor
from botflow.service.doctor.examination import Examination
from botflow.service.doctor.finding_models import Diagnosis, Finding, FindingCode, Mended, Mending
from botflow.service.doctor.remedies import Remedies
from botflow.service.models import Page
from botflow.service.refusals import slug_in, unknown_workflow
from botflow.service.sessions.sessions import session_number, unknown_session
from botflow.storage.service.sessions.session_pages import knows_workflow

PAGES_OF_CALL = 5  # of sessions that are read before an answer with fewer findings than asked for
_SORT = "doctor"


class Doctor:
    """Examines and mends the sessions and runs of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._caller = caller
        self._examination = Examination(
            caller.organization,
            engine=self._engine,
            flows=runtime.flows,
            node_types=runtime.node_types,
            safe=runtime.vault.safe,
            channels=runtime.channels.keys(),
            workers=runtime.keeper.live_workers,
        )
        self._remedies = Remedies(self._engine, runtime.hub, caller)

    async def get_findings(
        self,
        workflow: str | None = None,
        *,
        code: FindingCode | None = None,
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> Page[Finding]:
        """Return a page of what is wrong with sessions and runs that wait, in the order of their keys; nothing is
        changed by looking.

        A call examines at most a thousand sessions: a page may have less than `limit` findings, or none, and another
        page after it. It holds whole sessions, so it may have some more. RejectedInbound `workflow.unknown` (404).
        """
        slug = slug_in(workflow) if workflow is not None else None
        after = _read_place(cursor)
        if slug is not None and not await self._engine.read(knows_workflow, self._caller.organization, slug):
            raise unknown_workflow(slug)
        found: list[Finding] = []
        for _ in range(PAGES_OF_CALL):
            stuck, following = await self._examination.page(slug, after)
            for place, findings in stuck:
                found += [each for each in findings if code in (None, each.code)]
                if len(found) >= limit:
                    return Page(items=found, next=cursor_of(_SORT, place))
            after = following
            if following is None:
                return Page(items=found)
        return Page(items=found, next=cursor_of(_SORT, following or ()))

    async def get_diagnosis(self, session: str) -> Diagnosis:
        """Explain one session or run. RejectedInbound `session.unknown` (404)."""
        examined = await self._examination.one(session_number(session))
        if examined is None:
            raise unknown_session(session)
        return diagnosis_of(*examined)

    async def mend_session(self, session: str, mending: Mending) -> Mended:
        """Apply one remedy to one finding of a session that is as its diagnosis showed it.

        RejectedInbound `session.changed` (409) when it is not, `finding.unknown` (409) when it has no such finding,
        `remedy.unknown` (422) for a remedy that the finding does not have, and what the remedy itself refuses.
        """
        examined = await self._examination.one(session_number(session))
        if examined is None:
            raise unknown_session(session)
        each, findings = examined
        if each.stored.session.version != mending.revision:
            raise changed_session(each.stored.session.version, mending.revision)
        finding = _chosen(findings, mending)
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
        await self._remedies.apply(each, await self._examination.version(each), finding, mending)
        return Mended(
            finding=finding.code,
            remedy=remedy.remedy,
            did=remedy.does,
            diagnosis=await self.get_diagnosis(session),
        )


def diagnosis_of(each: Examined, findings: list[Finding]) -> Diagnosis:
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


def changed_session(version: int, wanted: int) -> RejectedInbound:
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


def _read_place(cursor: str | None) -> Place | None:
    read = read_cursor(cursor, _SORT, (int, str, str))
    return (read[0], read[1], read[2]) if read is not None else None
