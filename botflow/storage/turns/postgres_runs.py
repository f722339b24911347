"""Encodes what follows a leased turn, for FINISH_AND_FOLLOW: effects, a checkpoint, and the run's status."""

from __future__ import annotations

import orjson

from botflow.storage.turns.run_outcome import Following


def encode_following(following: Following) -> str:
    """Return the JSON that FINISH_AND_FOLLOW reads first."""
    row: dict[str, object] = {}
    if following.effects:
        row["effects"] = [
            {"index": index, "kind": kind, "body": body} for index, (kind, body) in enumerate(following.effects)
        ]
    if (checkpoint := following.checkpoint) is not None:
        row["checkpoint_version"], row["node"] = checkpoint.version, checkpoint.node
        row["checkpoint"] = orjson.Fragment(checkpoint.state)
    if following.resume_token:
        row["resume_token"], row["resume_seed"] = following.resume_token, following.resume_seed
    if following.status is not None:
        row["execution"], row["status"] = following.execution, following.status
        row["has_ended"] = following.has_ended
        row["output"], row["error"], row["variables"] = following.output, following.error, following.variables
    return orjson.dumps(row).decode()
