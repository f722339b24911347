"""The doctor of stuck sessions: lists what is wrong, explains one session, and mends by one exact remedy at a time."""

from __future__ import annotations

from botflow.records.access import Principal
from botflow.records.doctor import Place
from botflow.runtime.app import Runtime
from botflow.service.cursors import PAGE, cursor_of, read_cursor
from botflow.service.doctor.examination import Examination
from botflow.service.doctor.finding_models import Diagnosis, Finding, FindingCode, Mended, Mending
from botflow.service.doctor.mending import diagnose, mend
from botflow.service.doctor.remedies import Remedies
from botflow.service.models import Page
from botflow.service.refusals import slug_in, unknown_workflow
from botflow.service.sessions.sessions import session_number
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
        self._remedies = Remedies(self._engine, caller)
        self._hub = runtime.hub

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
        return await diagnose(self._examination, session)

    async def mend_session(self, session: str, mending: Mending) -> Mended:
        """Apply one remedy to one finding of a session that is as its diagnosis showed it.

        RejectedInbound `session.changed` (409) when it is not, `finding.unknown` (409) when it has no such finding,
        `remedy.unknown` (422) for a remedy that the finding does not have, and what the remedy itself refuses.
        """
        mended = await mend(self._examination, self._remedies, session, mending)
        self._hub.claimable()
        self._hub.wake((session_number(session),))
        return mended


def _read_place(cursor: str | None) -> Place | None:
    read = read_cursor(cursor, _SORT, (int, str, str))
    return (read[0], read[1], read[2]) if read is not None else None
