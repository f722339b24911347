"""`botflow chat`: /file and /place send what a phone would."""

from __future__ import annotations

from pathlib import Path

import pytest

from botflow.cli.terminal.attachments import NotSent, read_file, read_place
from botflow.engine.inbound import Location
from tests.cli.commands.test_chat import chat

CLAIM = """\
id: claim
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: photo}
  - {id: photo, type: chatbot, actionType: ask, properties: {text: A photo?, expect: media, variable: photo}, next: at}
  - {id: at, type: chatbot, actionType: ask, properties: {text: Where?, expect: location, variable: place}, next: end}
  - id: end
    type: chatbot
    actionType: say
    properties: {text: "{{ photo.name }} at {{ place.latitude }}, {{ place.longitude }} {{ place.label }}"}
"""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def test_a_file_and_a_place_answer_questions_for_them(tmp_path: Path) -> None:
    flow, photo = tmp_path / "claim.yaml", tmp_path / "the leak.png"
    flow.write_text(CLAIM)
    photo.write_bytes(PNG)

    said = chat(str(flow), f"hi\n/file {tmp_path}/none.png\n/file {photo}\n/place 91 0\n/place 48.2, 16.4 My home\n")

    assert said.splitlines() == [
        "> hi",
        "A photo?",
        f"> /file {tmp_path}/none.png",
        f"({tmp_path}/none.png: No such file or directory)",
        f"> /file {photo}",
        "Where?",
        "> /place 91 0",
        "(a latitude is from -90 to 90, a longitude from -180 to 180)",
        "> /place 48.2, 16.4 My home",
        "the leak.png at 48.2, 16.4 My home",
    ]


def test_a_file_is_of_the_kinds_of_the_chat(tmp_path: Path) -> None:
    page = tmp_path / "page.png"
    page.write_text("<html>")
    with pytest.raises(NotSent, match="no picture"):
        read_file(str(page))
    with pytest.raises(NotSent, match="directory"):
        read_file(str(tmp_path))


@pytest.mark.parametrize("written", ["", "1", "north 5", "nan nan", "0 inf", "1 181"])
def test_a_place_needs_two_numbers_of_this_world(written: str) -> None:
    with pytest.raises(NotSent):
        read_place(written)
    assert read_place("-1 2") == Location(latitude=-1, longitude=2)
