"""How often a node changes botflow's own tables outside of its session when the process dies around its turn.

Such a change is part of the turn's commit, or an effect that is deleted in the transaction that carries it out: it is
made once, whatever dies.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.faults.database_counts import read_ledger, rows
from tests.faults.servers_that_die import Place, say, standing
from tests.faults.waiting import until
from tests.local_client import local_client

FLOW = """
botflow: 1
id: deeds
name: Deeds
contactFields: {note: {type: text}}
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: done}
  - {id: done, type: chatbot, actionType: say, properties: {text: Done.}, next: act}
  - {id: act, NODE}
  - {id: started, type: trigger, actionType: manual, next: end}
  - {id: end, type: logic, actionType: end}
"""
OF_THE_COMMIT = ("turn.first_step", "turn.committed_at_once")
# A turn with an effect is accepted first.
OF_AN_EFFECT = ("accept.stored", "turn.begun", "turn.computed", "turn.committed", "effects.claimed", "effects.carried")


@dataclass(frozen=True, slots=True, kw_only=True)
class InsideRow:
    """A node type, a node of it, and the query that counts what it has done."""

    name: str
    node: str
    counted: str
    moments: tuple[str, ...]


INSIDE = (
    InsideRow(
        name="contact.set",
        node="type: contact, actionType: set, properties: {fields: {note: hello}}",
        counted="SELECT count(*) FROM person_values WHERE field = 'note'",
        moments=(*OF_THE_COMMIT, "contact.written"),
    ),
    InsideRow(
        name="contact.group",
        node="type: contact, actionType: group, properties: {join: [guests]}",
        counted="SELECT count(*) FROM contact_group_members",
        moments=(*OF_THE_COMMIT, "contact.written"),
    ),
    InsideRow(
        name="logic.handoff",
        node="type: logic, actionType: handoff, properties: {queue: sales}",
        counted="SELECT count(*) FROM handoffs",
        moments=OF_AN_EFFECT,
    ),
    InsideRow(
        name="logic.start",
        node="type: logic, actionType: start, properties: {to: bob, channel: chat}",
        counted="SELECT count(*) FROM executions JOIN sessions ON sessions.id = session_id WHERE external_id = 'bob'",
        moments=OF_AN_EFFECT,
    ),
)


async def count_inside(row: InsideRow, moment: str, url: str, folder: Path) -> int:
    """Let the process die at this moment, and return how often the node has done what it was to do."""
    flow = folder / "deeds.yaml"
    flow.write_text(FLOW.replace("NODE", row.node))
    place = Place(flow=flow, folder=folder, environment={"BOTFLOW_DATABASE_URL": url})
    async with standing(place), local_client(timeout=30.0) as client:
        place.launch("--point", moment)
        await place.started()
        reply = await say(client, [place], "ann", "go", "go")

        async def is_settled() -> bool:
            await place.started()
            [[left]] = await rows(url, "SELECT count(*) FROM effects")
            [[done]] = await rows(url, row.counted)
            open_inbounds = (await read_ledger(url)).open
            return place.deaths == 1 and left == open_inbounds == 0 and done > 0

        await until(is_settled, f"{row.name} is done after a death at {moment}")
        ledger = await read_ledger(url)
        [[done]] = await rows(url, row.counted)
    assert reply.texts == ("Done.",), (row.name, moment, reply, place.log)
    assert (ledger.open, ledger.dead, ledger.outbounds) == (0, 0, 1), (row.name, moment, ledger)
    return int(done)
