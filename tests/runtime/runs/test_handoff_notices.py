"""The link to a conversation in messages about a new handoff."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from botflow.engine.effects import OpenHandoff
from botflow.engine.handoffs import told_of
from botflow.runtime.runs.handoff_notices import handoff_url
from botflow.settings import Settings


@pytest.mark.parametrize(
    ("environment", "link"),
    [
        ({"BOTFLOW_HANDOFF_URL": "https://desk.example.com/{session}?h={handoff}"}, "https://desk.example.com/7?h=7.3"),
        ({"BOTFLOW_PUBLIC_URL": "https://bots.example.com/x/"}, "https://bots.example.com/x/api/v1/handoffs/7.3"),
        ({}, ""),
    ],
)
def test_the_link_is_that_of_the_desk_else_of_the_api(environment: Mapping[str, str], link: str) -> None:
    request = OpenHandoff(version=3, node="agent", queue="billing", priority=1)

    told = told_of(request, 7, handoff_url(Settings.from_environment(environment)))

    assert (told["id"], told["session"], told["priority"], told["link"]) == ("7.3", "7", "high", link)
