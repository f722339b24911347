# Run it: OPENAI_API_KEY=... botflow serve examples/batch/reviews.py --dev
"""Reviews rated overnight at half the price, by OpenAI's batches: https://platform.openai.com/docs/guides/batch"""

import json
from collections.abc import Mapping
from typing import Any, Final

from openai import AsyncOpenAI

from botflow import ActionContext, Flow, Pending, Plugin, Properties, polling

ENDPOINT: Final = "/v1/chat/completions"


class BatchProperties(Properties):
    instructions: str
    texts: str | list[str]
    model: str = "gpt-5-mini"


async def look(properties: BatchProperties, state: Mapping[str, Any], context: ActionContext) -> Any:
    """Return the answers in the order of the texts once the batch is completed."""
    async with AsyncOpenAI(timeout=20, max_retries=1) as client:
        batch = await client.batches.retrieve(state["batch"])
        if batch.status in ("validating", "in_progress", "finalizing"):
            return Pending()
        if batch.status != "completed" or batch.output_file_id is None:
            raise RuntimeError(f"the batch {batch.id} is {batch.status}")
        lines = (await client.files.content(batch.output_file_id)).text.splitlines()
    found = {line["custom_id"]: line["response"]["body"]["choices"][0] for line in map(json.loads, lines)}
    return {"answers": [found[str(place)]["message"]["content"] for place in range(len(properties.texts))]}


@polling("openai.batch", check=look, every="30s", longest="24h")
async def submit(properties: BatchProperties, context: ActionContext) -> dict[str, Any]:
    """Start the batch, unless it was started before a crash: the node's key stands in its metadata."""
    async with AsyncOpenAI(timeout=20, max_retries=1) as client:
        for known in (await client.batches.list(limit=100)).data:
            if (known.metadata or {}).get("key") == context.key:
                return {"batch": known.id}
        lines = "\n".join(json.dumps(line(properties, place)) for place in range(len(properties.texts)))
        file = await client.files.create(file=("batch.jsonl", lines.encode()), purpose="batch")
        batch = await client.batches.create(
            input_file_id=file.id, endpoint=ENDPOINT, completion_window="24h", metadata={"key": context.key}
        )
    return {"batch": batch.id}


def line(properties: BatchProperties, place: int) -> dict[str, Any]:
    said = {"role": "user", "content": f"{properties.instructions}\n\n{properties.texts[place]}"}
    body = {"model": properties.model, "messages": [said]}
    return {"custom_id": str(place), "method": "POST", "url": ENDPOINT, "body": body}


plugin = Plugin(name="batch", node_types=(submit,))
flow = Flow("reviews", mode="single")
start = flow.manual(schema={"reviews": {"type": "list"}})
rated = flow.node("openai.batch", id="rated", instructions="Rate 1 to 5.", texts="{{ $input.reviews }}")
start >> rated >> flow.end(output="{{ $rated.answers }}")
