# A run with a step, and a branch for each word: what the tests of poison runs start.
"""The word "kill" ends the process, whoever meets it: the run itself, or one of its branches."""

import os
import signal
from collections.abc import Mapping
from typing import Any

from botflow import Flow, Plugin, Properties, action


class Word(Properties):
    """What to meet."""

    word: str


@action("test.meet")
async def meet(properties: Word, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the word, or end the process as kill -9 does."""
    if properties.word == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    return {"word": properties.word}


plugin = Plugin(name="poison_run", node_types=(meet,))

flow = Flow("poison_run", name="Poison run", mode="single")
fan = flow.parallel(each="{{ $input.words }}", variable="results", id="fan")
flow.manual(id="start") >> flow.node("test.meet", id="first", word="{{ $input.first }}") >> fan
fan["each"] >> flow.node("test.meet", id="each", word="{{ item }}")
fan["done"] >> flow.end(output={"all": True}, id="all")
fan["error"] >> flow.end(output={"all": False}, id="some")
