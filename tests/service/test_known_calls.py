"""Calls that other workflow services have by these names, and the page that says where each is here."""

from __future__ import annotations

import ast
import inspect
import re
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name

import pytest
import typer

from botflow.cli.app import app
from botflow.errors import RejectedInbound
from botflow.service import Principal, Scope, Service
from docs.generate.known_calls import KnownCall, calls_by_itself, groups, known_calls
from tests.organizations import HOME
from tests.web.api.calls import call
from tests.web.api.test_executions import JOB, PLUGIN, RETRIED, Bookings, start, until
from tests.web.site import ORDER, open_site

ROOT = Path(__file__).parents[2]


async def test_filters_and_statuses_have_methods(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER, RETRIED), plugins=(Bookings(0).plugin(),)) as site:
        service = Service(site.runtime, Principal(organization=HOME, actor="test", scopes=frozenset(Scope)))
        assert (await call(site, "POST", "/workflows/order/deactivate")).status_code == 200
        active = await service.workflows.get_active_workflows()
        assert [each.id for each in active.items] == ["retried"]
        assert active.items == (await service.workflows.get_workflows_by_organization(status="active")).items

        leaving = await service.edges.get_edges_by_source_node("order", "menu")
        assert [each.target for each in leaving.items] == ["pizza", "salad"]
        arriving = await service.edges.get_edges_by_target_node("order", "ask_name")
        assert [each.source for each in arriving.items] == ["hello", "start"]

        moved = await service.nodes.update_node_position("order", "menu", {"x": 120, "y": 40})
        assert moved.model_dump()["position"] == {"x": 120, "y": 40}

        execution = await start(site, {}, "retried")
        await until(site, execution, "completed")
        asked = (await service.ai_calls.get_execution_ai_calls(execution)).items
        assert await service.ai_calls.is_recorded(asked[0].id)
        assert not await service.ai_calls.is_recorded("1.2.x")
        foreign = Service(site.runtime, Principal(organization=7, actor="eve", scopes=frozenset(Scope)))
        assert not await foreign.ai_calls.is_recorded(asked[0].id)


async def test_executions_are_found_by_workflow_and_session_and_their_artifacts_deleted(database_url: str) -> None:
    async with open_site(database_url, flows=(JOB,), plugins=(PLUGIN,)) as site:
        service = Service(site.runtime, Principal(organization=HOME, actor="test", scopes=frozenset(Scope)))
        execution = await start(site, {"input": {"name": "Ann"}}, "job")
        done = await until(site, execution, "completed")
        by_workflow = await service.executions.get_executions_by_workflow_id("job")
        by_session = await service.executions.get_executions_by_session_id(done["session"])
        assert (await service.executions.get_executions_by_session_id(str(done["session"]))).items == by_session.items
        assert [each.id for each in by_workflow.items] == [each.id for each in by_session.items] == [execution]
        assert (await service.executions.get_active_executions()).items == []

        await service.executions.delete_artifact(execution, "card.txt")
        assert (await service.executions.get_execution_artifacts(execution)).items == []
        with pytest.raises(RejectedInbound) as gone:
            await service.executions.get_artifact(execution, "card.txt")
        assert gone.value.status == 404


@pytest.mark.parametrize("known", [each for _, found in known_calls() for each in found], ids=lambda each: each.call)
def test_each_known_call_has_the_method_command_and_test_that_the_page_names(known: KnownCall) -> None:
    """That its route exists is so by its making: it is an operation of the API."""
    path, _, name = known.python.rpartition(".")
    method = resolve_name(known.python) if path.startswith("botflow") else getattr(groups()[path], name)
    shows = {name, known.operation.name if known.operation else name}
    if known.operation:
        shows |= set(re.findall(r"/([\w-]+)(?:/{\w+})*$", known.operation.address))
    if known.command:
        group_of_commands = typer.main.get_command(app)
        for word in known.command.split():
            group_of_commands = group_of_commands.commands[word]  # type: ignore[attr-defined]
        shows |= {word.replace(" ", '", "') for word in (known.command, known.command.split()[-1])}

    assert inspect.iscoroutinefunction(method)
    assert any(each in source_of(known.test) for each in shows), f"{known.test} shows none of {sorted(shows)}"


@pytest.mark.parametrize("row", calls_by_itself(), ids=lambda row: row[0])
def test_what_botflow_does_by_itself_has_a_module_and_a_test(row: tuple[str, str, str, str]) -> None:
    _, _, module, test = row

    assert find_spec(module) is not None
    assert source_of(test)


def source_of(test: str) -> str:
    """Return a test's source, and that of the functions of its module that are no tests."""
    path, _, name = test.partition("::")
    tree = ast.parse((ROOT / path).read_text())
    found = [each for each in tree.body if getattr(each, "name", "") == name]
    assert found, f"there is no {test}"
    helpers = [each for each in tree.body if not getattr(each, "name", "").startswith("test")]
    return "\n".join(map(ast.unparse, [*found, *helpers]))
