"""Quick messages that become one inbound, on both databases: which wait together, who joins whom, what was given up.

A merged inbound stays a row of its own, with its own key. Its turn is that of the one it joined, its lead: they are
finished together, by the statement that commits the turn.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from botflow.engine.inbound import Inbound
from botflow.records.sessions import SessionKey
from botflow.records.turns import JournalledAnswer, TurnId
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import answers, inbounds
from botflow.storage.turns.row_mapping import is_new, read_inbound

LONGEST_BURST = 20  # messages; FINISH looks no further than this for what joined a lead


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One inbound of a burst that may be: `age_s` since it was received, by the database's clock."""

    seq: int
    inbound: Inbound
    age_s: float
    merged_into: int | None = None


class BurstRows:
    """The rows of bursts; every method is one statement or one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def waiting(self, lead: TurnId, key: SessionKey) -> list[Waiting]:
        """Return the lead and what is queued right behind it, in order."""
        names = ("seq", "kind", "key", "received_at", "seed", "provider", "content", "merged_into")
        queued = (
            select(*(inbounds.c[name] for name in names), self._engine.now().label("now"))
            .where(_from(lead), is_new())
            .order_by(inbounds.c.seq)
        )
        async with self._engine.read() as connection:
            rows = (await connection.execute(queued)).all()
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
        """Let the inbounds up to `through` join the lead; the newest request that waits for any of them may answer
        longest. False when the attempt is no longer the caller's."""
        joined = and_(_from(lead), inbounds.c.seq <= through)
        async with self._engine.write() as connection:
            latest = select(func.max(inbounds.c.reply_by)).where(joined).scalar_subquery()
            held = (
                update(inbounds)
                .where(_is(lead), is_new(), inbounds.c.attempt == attempt)
                .values(reply_by=latest, renewed_at=self._engine.now())
                .returning(inbounds.c.seq)
            )
            if not (await connection.execute(held)).all():
                return False
            await connection.execute(
                update(inbounds)
                .where(joined, inbounds.c.seq > lead.seq, is_new())
                .values(merged_into=lead.seq, renewed_at=self._engine.now())
            )
            return True

    async def answering(self, turn: TurnId) -> TurnId | None:
        """Return the turn whose reply a request for `turn` may hand over: none, if a newer message joined it."""
        lead = select(func.coalesce(inbounds.c.merged_into, inbounds.c.seq)).where(_is(turn))
        async with self._engine.read() as connection:
            found = TurnId(turn.session, (await connection.execute(lead)).scalar_one())
            newest = select(func.max(inbounds.c.seq)).where(_of(found))
            return found if (await connection.execute(newest)).scalar_one() == turn.seq else None

    async def keep(self, turn: TurnId, attempt: int, answer: JournalledAnswer) -> int:
        """Keep an answer that no turn rests on, for what it cost; return its place, below those of the journal."""
        async with self._engine.write() as connection:
            place = await _free_place(connection, turn)
            await connection.execute(
                insert(answers).values(
                    session_id=turn.session,
                    seq=turn.seq,
                    at=self._engine.now(),
                    attempt=attempt,
                    index=place,
                    fingerprint=answer.fingerprint,
                    ask=answer.ask,
                    value=answer.value,
                )
            )
            return place

    async def correct(self, turn: TurnId, place: int, value: dict[str, object]) -> None:
        """Put what a call really answered and cost in the place of the estimate."""
        async with self._engine.write() as connection:
            await connection.execute(
                update(answers)
                .where(answers.c.session_id == turn.session, answers.c.seq == turn.seq, answers.c.index == place)
                .values(value=value, at=self._engine.now())
            )


async def _free_place(connection: AsyncConnection, turn: TurnId) -> int:
    lowest = select(func.min(answers.c.index)).where(answers.c.session_id == turn.session, answers.c.seq == turn.seq)
    return min((await connection.execute(lowest)).scalar_one_or_none() or 0, 0) - 1


def _is(turn: TurnId) -> ColumnElement[bool]:
    return and_(inbounds.c.session_id == turn.session, inbounds.c.seq == turn.seq)


def _from(lead: TurnId) -> ColumnElement[bool]:
    """Match what may be of one burst with the lead: few rows, however long the conversation is."""
    last = lead.seq + LONGEST_BURST - 1
    return and_(inbounds.c.session_id == lead.session, inbounds.c.seq.between(lead.seq, last))


def _of(lead: TurnId) -> ColumnElement[bool]:
    return and_(_from(lead), or_(inbounds.c.seq == lead.seq, inbounds.c.merged_into == lead.seq))
