"""Flow files as they are read, and read again."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from botflow.runtime.flow_files import read_flow_files

BOT = """
from botflow import Flow

flow = Flow("bot")
flow.message_received() >> flow.say("TEXT")
"""


def test_a_python_file_saved_twice_within_a_second_is_read_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "bot.py"
    said = []
    for text in ("One.", "Two."):
        file.write_text(BOT.replace("TEXT", text))
        os.utime(file, (1_000_000_000, 1_000_000_000))
        document = read_flow_files([file]).documents["bot"]
        said += [node["properties"]["text"] for node in document["nodes"] if "properties" in node]

    assert said == ["One.", "Two."]


FLOW = {"botflow": 1, "id": "bot", "nodes": [{"id": "a", "type": "chatbot", "actionType": "message_received"}]}
IN_PYTHON = BOT.replace("TEXT", "One.")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", json.dumps(FLOW)),
        ("a.yaml", json.dumps(FLOW)),
        ("a.yml", "botflow: 1\nid: bot\nnodes: []\n"),
        ("a.py", IN_PYTHON),
    ],
)
def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert list(read_flow_files([file]).documents) == ["bot"]
