"""Quick messages that become one inbound, on both databases: which wait together, which joined another, and the answers
that were superseded.

A merged inbound keeps its own row and key. It has the turn of the inbound it joined, its lead: both are finished by the
statement that commits the turn.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from botflow.engine.inbound import Inbound
from botflow.records.sessions import SessionKey
from botflow.records.turns import JournalledAnswer, TurnId
from botflow.storage.engines.dialects import now
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import answers, inbounds
from botflow.storage.turns.limits import LONGEST_BURST
from botflow.storage.turns.row_mapping import is_new, read_inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One inbound of a possible burst: `age_s` since it was received, by the database's clock."""

    seq: int
    inbound: Inbound
    age_s: float
    merged_into: int | None = None


class BurstRows:
    """The rows of bursts; every method is one statement or one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def waiting(self, lead: TurnId, key: SessionKey) -> list[Waiting]:
        """Return the lead and the inbounds queued directly behind it, in order."""
        names = ("seq", "kind", "key", "received_at", "seed", "provider", "content", "merged_into")
        columns = (*(inbounds.c[name] for name in names), now().label("now"))
        queued = select(*columns).where(_from(lead), is_new()).order_by(inbounds.c.seq)
        rows = await self._engine.read(lambda connection: connection.execute(queued).all())
        return [
            Waiting(
                seq=row.seq,
                inbound=read_inbound(
                    key,
                    kind=row.kind,
                    provider_key=row.key,
                    received_at=row.received_at,
                    seed=row.seed,
                    provider=row.provider,
                    content=row.content,
                ),
                age_s=(row.now - row.received_at).total_seconds(),
                merged_into=row.merged_into,
            )
            for place, row in enumerate(rows)
            if row.seq == lead.seq + place
        ]

    async def merge(self, lead: TurnId, attempt: int, through: int) -> bool:
        """Let the inbounds up to `through` join the lead, which gets the latest reply deadline of them all. False when
        the attempt is no longer the caller's."""
        return await self._engine.write(_merge, lead, attempt, through)

    async def answering(self, turn: TurnId) -> TurnId | None:
        """Return the turn whose reply a request for `turn` may send; None if a newer message joined the burst."""
        lead = select(func.coalesce(inbounds.c.merged_into, inbounds.c.seq)).where(_is(turn))

        def answering(connection: Connection) -> TurnId | None:
            found = TurnId(turn.session, connection.execute(lead).scalar_one())
            newest = select(func.max(inbounds.c.seq)).where(_of(found))
            return found if connection.execute(newest).scalar_one() == turn.seq else None

        return await self._engine.read(answering)

    async def keep(self, turn: TurnId, attempt: int, answer: JournalledAnswer) -> int:
        """Store an answer that no turn uses, for its cost; return its index, which is below those of the journal."""
        return await self._engine.write(_keep, turn, attempt, answer)

    async def correct(self, turn: TurnId, place: int, value: dict[str, object]) -> None:
        """Replace the estimate by the call's real answer and cost."""
        kept = and_(answers.c.session_id == turn.session, answers.c.seq == turn.seq, answers.c.index == place)
        corrected = update(answers).where(kept).values(value=value, at=now())
        await self._engine.write(lambda connection: connection.execute(corrected).rowcount)


def _merge(connection: Connection, lead: TurnId, attempt: int, through: int) -> bool:
    joined = and_(_from(lead), inbounds.c.seq <= through)
    latest = select(func.max(inbounds.c.reply_by)).where(joined).scalar_subquery()
    held = (
        update(inbounds)
        .where(_is(lead), is_new(), inbounds.c.attempt == attempt)
        .values(reply_by=latest)
        .returning(inbounds.c.seq)
    )
    if not connection.execute(held).all():
        return False
    connection.execute(update(inbounds).where(joined, inbounds.c.seq > lead.seq, is_new()).values(merged_into=lead.seq))
    return True


def _keep(connection: Connection, turn: TurnId, attempt: int, answer: JournalledAnswer) -> int:
    place = _free_place(connection, turn)
    connection.execute(
        insert(answers).values(
            session_id=turn.session,
            seq=turn.seq,
            at=now(),
            attempt=attempt,
            index=place,
            fingerprint=answer.fingerprint,
            ask=answer.ask,
            value=answer.value,
        )
    )
    return place


def _free_place(connection: Connection, turn: TurnId) -> int:
    lowest = select(func.min(answers.c.index)).where(answers.c.session_id == turn.session, answers.c.seq == turn.seq)
    return min(connection.execute(lowest).scalar_one_or_none() or 0, 0) - 1


def _is(turn: TurnId) -> ColumnElement[bool]:
    return and_(inbounds.c.session_id == turn.session, inbounds.c.seq == turn.seq)


def _from(lead: TurnId) -> ColumnElement[bool]:
    """Match inbounds that may be of one burst with the lead: few rows, however long the conversation is."""
    last = lead.seq + LONGEST_BURST - 1
    return and_(inbounds.c.session_id == lead.session, inbounds.c.seq.between(lead.seq, last))


def _of(lead: TurnId) -> ColumnElement[bool]:
    return and_(_from(lead), or_(inbounds.c.seq == lead.seq, inbounds.c.merged_into == lead.seq))
