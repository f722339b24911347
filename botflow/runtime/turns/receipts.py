"""Receipts from what was just committed, without reading it back."""

from __future__ import annotations

from botflow.records.outbounds import StoredOutbound
from botflow.records.turns import InboundState, Receipt, TurnCommit, TurnId


def receipt_of(commit: TurnCommit, turn_id: TurnId, state: InboundState = "done") -> Receipt:
    """Return the receipt of a turn that this process has committed."""
    turn = commit.turn
    outbounds = tuple(
        StoredOutbound(
            session=turn_id.session,
            version=turn.session.version,
            index=index,
            seq=turn_id.seq,
            state=part.state,
            message=part.message,
            key=commit.read.key,
            created_at=commit.inbound.received_at,
        )
        for index, part in enumerate(commit.parts)
    )
    return Receipt(id=turn_id, state=state, outbounds=outbounds, status=turn.status)
