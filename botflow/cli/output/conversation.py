"""One stored conversation, turn by turn: what was said, the way it took and why, what it cost and what comes next."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import typer

from botflow.cli.output.trace import trace_line
from botflow.cli.output.visible import in_one_line, visible

if TYPE_CHECKING:
    from datetime import datetime

    from botflow.records.sessions import SessionSummary
    from botflow.records.turns import ModelUse, TurnTrace
    from botflow.storage.read_only import Archive

MOST_CALLS = 1_000  # of models that are counted for one report
SETTLED_WELL = ("", "done", "sent", "delivered", "read")  # states of a message that need no mention


async def conversation_json(archive: Archive, summary: SessionSummary, limit: int) -> dict[str, Any]:
    """Return a session's newest `limit` turns and messages."""
    stored = await archive.session(summary.id)
    lines = await archive.transcripts.transcript(summary.id, limit)
    traces = await archive.transcripts.traces(summary.id, limit)
    first = traces[0].seq if traces else 0
    uses = await archive.transcripts.model_uses(summary.id, first, MOST_CALLS)
    session = stored.session if stored is not None else None
    alarm = session.wait.alarms[0].kind if session and session.wait and session.wait.alarms else "timeout"
    return {
        "session": summary_json(summary),
        "next": {"at": _utc(summary.wakes_at), "kind": alarm} if summary.wakes_at is not None else None,
        "transcript": [
            {"turn": line.seq, "direction": line.direction, "id": line.id, "at": _utc(line.at), "text": line.text}
            | ({"body": line.body} if line.body else {})
            | ({"state": line.state} if line.state else {})
            | ({"errorCode": line.error_code} if line.error_code else {})
            for line in lines
        ],
        "turns": [_turn_json(trace, [use for use in uses if use.seq == trace.seq]) for trace in traces],
        "variables": visible_variables(session.frames) if session is not None else {},
    }


def summary_json(summary: SessionSummary) -> dict[str, Any]:
    return {
        "id": summary.id,
        "workflow": summary.workflow,
        "channel": summary.channel,
        "externalId": summary.external_id,
        "status": summary.status,
        "node": summary.node,
        "turns": summary.turns,
        "updatedAt": _utc(summary.updated_at),
    }


def visible_variables(frames: Any) -> dict[str, Any]:
    """Return the variables that the current node reads: a body or a digression shares those of the frame below it."""
    owner = next((frame for frame in reversed(frames) if frame.kind not in ("body", "digression")), None)
    return dict(owner.variables) if owner is not None else {}


def conversation_lines(shown: Mapping[str, Any]) -> Iterator[str]:
    """Return the lines of `conversation_json`'s value for a terminal."""
    about = shown["session"]
    person = f"{about['workflow']}, {about['channel']}, {in_one_line(about['externalId'])}"
    yield typer.style(f"session {about['id']}: {person}", bold=True)
    place = f" at {about['node']}" if about["node"] else ""
    yield f"{about['status']}{place}, {about['turns']} turns, last change {_moment(about['updatedAt'])}"
    if shown["next"] is not None:
        yield f"next: {shown['next']['kind']} at {_moment(shown['next']['at'])}"
    said: dict[int, list[Mapping[str, Any]]] = {}
    for line in shown["transcript"]:
        said.setdefault(line["turn"], []).append(line)
    for turn in shown["turns"]:
        yield typer.style(f"\nturn {turn['turn']}, {_moment(turn['at'])}", dim=True)
        spoken = said.pop(turn["turn"], [])
        yield from (_spoken(line) for line in spoken if line["direction"] == "in")
        yield from (typer.style(f"    {trace_line(event)}", dim=True) for event in turn["events"])
        yield from (typer.style(f"    {_use(use)}", dim=True) for use in turn["modelCalls"])
        yield from (_spoken(line) for line in spoken if line["direction"] == "out")
    waiting = [line for lines in said.values() for line in lines]  # no turn has answered these yet
    if waiting:
        yield typer.style("\nnot answered yet", dim=True)
        yield from map(_spoken, waiting)
    yield f"\nvariables\n{visible(json.dumps(shown['variables'], indent=2, ensure_ascii=False))}"


def _turn_json(trace: TurnTrace, uses: list[ModelUse]) -> dict[str, Any]:
    return {
        "turn": trace.seq,
        "at": _utc(trace.at),
        "status": trace.status,
        "events": trace.events,
        "modelCalls": [
            {
                "model": use.model,
                "promptTokens": use.prompt_tokens,
                "completionTokens": use.completion_tokens,
                "costUsd": use.cost_usd,
            }
            for use in uses
        ],
    }


def _spoken(line: Mapping[str, Any]) -> str:
    """Return a message. Its further lines are indented, so that they cannot be taken for lines of ours."""
    mark = ">" if line["direction"] == "in" else "<"
    text = visible(line["text"]) or in_one_line(json.dumps(line.get("body", {}), ensure_ascii=False))
    state = line.get("state", "")
    troubled = "" if state in SETTLED_WELL else " ".join(filter(None, (state, line.get("errorCode", ""))))
    return f"  {mark} " + text.replace("\n", "\n    ") + (f"  [{troubled}]" if troubled else "")


def _use(use: Mapping[str, Any]) -> str:
    cost = "price unknown" if use["costUsd"] is None else f"{use['costUsd']:.6f} USD"
    tokens = f"{use['promptTokens']} + {use['completionTokens']} tokens"
    return f"model {in_one_line(use['model'])}: {tokens}, {cost}"


def _utc(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _moment(iso: str) -> str:
    return f"{iso[:10]} {iso[11:19]} UTC"
