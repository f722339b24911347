"""The exported constants are the words that botflow itself uses."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, get_args

import pytest

from botflow import service
from botflow.flow import graph
from botflow.nodes import built_in
from botflow.records import runs, workflows
from tests.web.site import ORDER, open_site


@pytest.mark.parametrize(
    ("constants", "words"),
    [
        (service.ExecutionMode, graph.ExecutionMode),
        (service.NodeCategory, graph.Category),
        (service.WorkflowStatus, workflows.WorkflowStatus),
        (service.ExecutionStatus, runs.ExecutionStatus),
    ],
)
def test_constants_are_the_words_in_use(constants: type[StrEnum], words: Any) -> None:
    assert set(constants) == set(get_args(words))


def test_the_families_are_those_of_the_built_in_node_types() -> None:
    assert set(service.NodeFamily) == {node_type.name.partition(".")[0] for node_type in built_in()}


async def test_a_constant_stands_where_its_word_may(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        caller = service.Principal(organization=1, actor="test", scopes=frozenset(service.Scope))
        found = await service.Service(site.runtime, caller).workflows.get_workflows_by_organization(
            status=service.WorkflowStatus.ACTIVE, execution_mode=service.ExecutionMode.PERSISTENT
        )
        assert [each.id for each in found.items] == ["order"]
        assert service.WorkflowStatus(found.items[0].status) is service.WorkflowStatus.ACTIVE


def test_an_unknown_name_is_no_part_of_the_service() -> None:
    with pytest.raises(AttributeError, match="Nothing"):
        service.Nothing  # noqa: B018 - reading it is the test
