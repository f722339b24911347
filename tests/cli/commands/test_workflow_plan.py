"""An operator looks at what publishing a draft would do, beside the server that holds the conversations."""

from __future__ import annotations

import asyncio
import json

from tests.cli.conftest import Call
from tests.web.api.calls import call
from tests.web.api.test_publications import ask, order, say, waiting
from tests.web.site import open_site


async def test_the_plan_is_a_table_of_who_waits_where_and_why_some_cannot_move(
    database_url: str, botflow: Call
) -> None:
    async with open_site(database_url, flows=()) as site:
        ann, bob = await waiting(site)
        draft = order(ask("who", "Who?", "name"), ask("size", "Size?", "size"), say("done", "{{ name }}"))
        await call(site, "PUT", "/workflows/order/draft", draft)
        settings = {"BOTFLOW_DATABASE_URL": database_url}
        arguments = ("workflows", "plan", "order", "--default", "same")

        shown = await asyncio.to_thread(botflow, *arguments, **settings)
        assert shown.status == 0, shown.err
        assert [line.split() for line in shown.out.splitlines()[-4:]] == [
            ["VERSION", "NODE", "WAITING", "WOULD", "MOVE", "CANNOT", "MOVE"],
            ["1", "name", "1", "same", "0", "1", "node.gone", "(session", f"{await ann.number()})"],
            ["1", "size", "1", "same", "1"],
            ["Of", "2", "waiting,", "1", "would", "move,", "0", "stay,", "1", "cannot", "move."],
        ]
        told = await asyncio.to_thread(botflow, *arguments, "--move", "name=to:who", "--json", **settings)
        plan = json.loads(told.out[told.out.index("{") :])
        assert (plan["wouldMove"], plan["refused"], plan["nodes"][0]["action"]) == (2, 0, "to who")
        assert "token" not in plan
        for wrong, code in (("name=away", "no move"), ("nmae=same", "Did you mean name?")):
            refused = await asyncio.to_thread(botflow, *arguments, "--move", wrong, **settings)
            assert (refused.status, code in refused.err) == (2, True), refused.err
        assert await bob.say("large") == ["Bob: large"]  # it stayed where it was
