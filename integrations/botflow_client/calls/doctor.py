"""Doctor. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from typing import Literal

from botflow_client.models.doctor import Diagnosis, Mended
from botflow_client.models.drafts import Finding
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class DoctorCalls(Caller):
    """Doctor."""

    def get_findings(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        code: Literal[
            "version.gone",
            "version.cannot_run",
            "node.missing",
            "node.takes_nothing",
            "execution.gone",
            "wait.missing",
            "wait.no_way_out",
            "wait.no_run",
            "wait.no_delivery",
            "timer.lost",
            "timer.overdue",
            "parent.gone",
            "workflow.out_of_service",
            "channel.not_configured",
            "credential.missing",
            "credential.inactive",
            "credential.unreadable",
            "handoff.forgotten",
            "inbound.no_process",
            "outbound.held",
            "outbound.unconfirmed",
        ]
        | None = None,
    ) -> Pages[Finding]:
        """List what is wrong with sessions and runs that wait, and what to do. A call examines at most a thousand of
        them: a page may have few findings, or none, and another one after it. It needs the scope `sessions:read`.
        """
        return self._list(
            Finding, "/api/v1/doctor/findings", {"cursor": cursor, "limit": limit, "workflow": workflow, "code": code}
        )

    def get_diagnosis(self, session: str | int) -> Diagnosis:
        """Explain what a session or a run waits for, and what is wrong with that. It changes nothing. It needs the
        scope `sessions:read`.
        """
        return self._call(Diagnosis, make_request("GET", f"/api/v1/sessions/{segment(session)}/diagnosis"))

    def mend_session(
        self,
        session: str | int,
        *,
        finding: Literal[
            "version.gone",
            "version.cannot_run",
            "node.missing",
            "node.takes_nothing",
            "execution.gone",
            "wait.missing",
            "wait.no_way_out",
            "wait.no_run",
            "wait.no_delivery",
            "timer.lost",
            "timer.overdue",
            "parent.gone",
            "workflow.out_of_service",
            "channel.not_configured",
            "credential.missing",
            "credential.inactive",
            "credential.unreadable",
            "handoff.forgotten",
            "inbound.no_process",
            "outbound.held",
            "outbound.unconfirmed",
        ],
        remedy: Literal["move", "end", "return", "release", "drop"],
        revision: int,
        node: str | Omit | None = OMIT,
        subject: str | Omit | None = OMIT,
        replay: bool | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> Mended:
        """Apply a remedy that the diagnosis shows, to the session as it was then. It needs the scope
        `sessions:write`.
        """
        return self._call(
            Mended,
            make_request(
                "POST",
                f"/api/v1/sessions/{segment(session)}/mend",
                body={
                    "finding": finding,
                    "remedy": remedy,
                    "revision": revision,
                    "node": node,
                    "subject": subject,
                    "replay": replay,
                },
                idempotency_key=idempotency_key,
            ),
        )


class AsyncDoctorCalls(AsyncCaller):
    """Doctor."""

    def get_findings(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        code: Literal[
            "version.gone",
            "version.cannot_run",
            "node.missing",
            "node.takes_nothing",
            "execution.gone",
            "wait.missing",
            "wait.no_way_out",
            "wait.no_run",
            "wait.no_delivery",
            "timer.lost",
            "timer.overdue",
            "parent.gone",
            "workflow.out_of_service",
            "channel.not_configured",
            "credential.missing",
            "credential.inactive",
            "credential.unreadable",
            "handoff.forgotten",
            "inbound.no_process",
            "outbound.held",
            "outbound.unconfirmed",
        ]
        | None = None,
    ) -> AsyncPages[Finding]:
        """List what is wrong with sessions and runs that wait, and what to do. A call examines at most a thousand of
        them: a page may have few findings, or none, and another one after it. It needs the scope `sessions:read`.
        """
        return self._list(
            Finding, "/api/v1/doctor/findings", {"cursor": cursor, "limit": limit, "workflow": workflow, "code": code}
        )

    async def get_diagnosis(self, session: str | int) -> Diagnosis:
        """Explain what a session or a run waits for, and what is wrong with that. It changes nothing. It needs the
        scope `sessions:read`.
        """
        return await self._call(Diagnosis, make_request("GET", f"/api/v1/sessions/{segment(session)}/diagnosis"))

    async def mend_session(
        self,
        session: str | int,
        *,
        finding: Literal[
            "version.gone",
            "version.cannot_run",
            "node.missing",
            "node.takes_nothing",
            "execution.gone",
            "wait.missing",
            "wait.no_way_out",
            "wait.no_run",
            "wait.no_delivery",
            "timer.lost",
            "timer.overdue",
            "parent.gone",
            "workflow.out_of_service",
            "channel.not_configured",
            "credential.missing",
            "credential.inactive",
            "credential.unreadable",
            "handoff.forgotten",
            "inbound.no_process",
            "outbound.held",
            "outbound.unconfirmed",
        ],
        remedy: Literal["move", "end", "return", "release", "drop"],
        revision: int,
        node: str | Omit | None = OMIT,
        subject: str | Omit | None = OMIT,
        replay: bool | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> Mended:
        """Apply a remedy that the diagnosis shows, to the session as it was then. It needs the scope
        `sessions:write`.
        """
        return await self._call(
            Mended,
            make_request(
                "POST",
                f"/api/v1/sessions/{segment(session)}/mend",
                body={
                    "finding": finding,
                    "remedy": remedy,
                    "revision": revision,
                    "node": node,
                    "subject": subject,
                    "replay": replay,
                },
                idempotency_key=idempotency_key,
            ),
        )
