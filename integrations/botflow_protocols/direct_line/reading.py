"""Pages of a conversation after a watermark, both directions, in the order of the conversation."""

from __future__ import annotations

from typing import Any

from starlette.types import Scope

from botflow.records.sessions import StoredSession
from botflow.values import value
from botflow.web.context import Desk, conversation_status
from botflow_protocols.callers import Speaker
from botflow_protocols.direct_line.activities import Shape
from botflow_protocols.direct_line.members import conversation_of
from botflow_protocols.direct_line.watermark import Watermark

PAGE = 100


@value(frozen=True, slots=True, kw_only=True)
class ActivitySet:
    """Activities, and where their reader is then; `is_all`: there are no more at the moment."""

    activities: list[dict[str, Any]]
    watermark: Watermark
    is_all: bool

    def to_json(self) -> dict[str, Any]:
        return {"activities": self.activities, "watermark": str(self.watermark)}


def shape_of(desk: Desk, scope: Scope, speaker: Speaker, session: int) -> Shape:
    base = desk.base_of(scope)
    return Shape(
        conversation=conversation_of(speaker.external_id),
        bot=speaker.live.slug,
        links=desk.links.of(session, scope),
        origin=base.removesuffix(scope.get("root_path", "")),
    )


async def read_set(desk: Desk, shape: Shape, stored: StoredSession, after: Watermark) -> ActivitySet:
    """Return the next page after a watermark. The end of the conversation comes with the last message before it."""
    transcripts = desk.runtime.database.transcripts
    said = await transcripts.messages_after(stored.id, after.said, PAGE)
    heard = await transcripts.heard_after(stored.id, after.heard, PAGE)
    # A page of one direction that is full may end before the other one does: the rest waits for the next page.
    through = min((page[-1].seq for page in (said, heard) if len(page) == PAGE), default=None)
    if through is not None:
        said = [each for each in said if each.seq <= through]
        heard = [each for each in heard if each.seq <= through]
    placed = [
        *((each.seq, False, shape.heard(each)) for each in heard),
        *((each.seq, True, shape.said(each)) for each in said),
    ]
    placed.sort(key=lambda entry: entry[:2])  # a reply follows what it answers; equal ones keep their order
    activities = [activity for _, _, activity in placed]
    if said and through is None and conversation_status(stored) == "completed":
        activities.append(shape.ended(said[-1].wire_id))
    mark = Watermark(
        said=(said[-1].version, said[-1].index) if said else after.said,
        heard=heard[-1].seq if heard else after.heard,
    )
    return ActivitySet(activities=activities, watermark=mark, is_all=through is None)
