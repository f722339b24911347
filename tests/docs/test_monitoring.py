"""The dashboard and the alert rules: every metric and label in them is one that a process shows after real traffic."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from botflow.plugins import Plugin
from tests.metric_samples import Samples
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.test_conversations import Phone, until
from tests.twilio.test_delivery import CHEF
from tests.twilio.test_delivery import ORDER as DELIVERY
from tests.web.site import API_KEY, ORDER, TALK, open_site
from tests.web.test_turn_metrics import BREAKS, STOCK, Priced, stock

MONITORING = Path(__file__).parents[2] / "docs" / "operating" / "monitoring"
METRIC = re.compile(r"\b((?:botflow|workflow|process)_[a-z0-9_]+)\b(?:\{([^}]*)\})?")
LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
GROUPED = re.compile(r"\bby \(([^)]*)\)")
OF_PROMETHEUS = frozenset(("job", "instance", "le"))
SAID = (("order", "hi"), ("talk", "hello"), ("talk", "nothing"), ("stock", "horse"), ("breaks", "hi"))
SEED = (
    *("workflow_executions_total", "workflow_duration_seconds_bucket", "workflow_steps_total"),
    *("workflow_step_duration_seconds_bucket", "workflow_active_count", "workflow_errors_total"),
)


def rules() -> list[dict[str, Any]]:
    [group] = YAML(typ="safe").load(MONITORING / "alerts.yml")["groups"]
    return list(group["rules"])


def metrics_in(query: str) -> list[tuple[str, str]]:
    """Return each metric in a query, with its selector."""
    return METRIC.findall(GROUPED.sub("", query))


def panels() -> list[dict[str, Any]]:
    return list(json.loads((MONITORING / "dashboard.json").read_text())["panels"])


def queries() -> Iterator[str]:
    """Yield each query of the rules and of the dashboard."""
    for rule in rules():
        yield rule["expr"]
    for panel in panels():
        for target in panel.get("targets", ()):
            yield target["expr"]


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as stand_in:
        yield stand_in


async def test_each_metric_and_label_of_dashboard_and_rules_is_there_after_real_traffic(
    database_url: str, redis_url: str, twilio: TwilioStandIn
) -> None:
    """Conversations, a model that answers and fails, an action that fails, a text that is not delivered, a stranger.
    Overload, attempts that break and claims are counted by hand: other tests cause them."""
    shop = Plugin(name="shop", node_types=(stock,), model=lambda _: Priced())
    async with open_site(
        database_url,
        flows=(ORDER, TALK, STOCK, BREAKS, DELIVERY),
        plugins=(shop,),
        environment=twilio.environment,
        botflow_public_url=twilio.public_url,
        botflow_redis_url=redis_url,
    ) as site:
        for workflow, words in SAID:
            await (await site.visit(workflow)).say(words)
        await Phone(twilio, site, "delivery").text("pizza")
        await until(lambda: bool(twilio.messages(CHEF)))
        await twilio.report(site.client, twilio.messages(CHEF)[0], "undelivered", "30005")
        await site.client.get("/nowhere")
        site.runtime.metrics.count_shed("in_flight")
        site.runtime.measurements.attempt_failed("database.deadlock")
        site.runtime.measurements.claimed(1)
        await asyncio.sleep(1.1)  # the lag is looked at, and the database once more
        answer = await site.client.get("/metrics", headers={"authorization": f"Bearer {API_KEY}"})
    found = Samples(answer.text)
    names = found.names()
    assert {name for query in queries() for name, _ in metrics_in(query)} - names == set()
    assert set(SEED) <= names
    labels = {name: set().union(*found.labels(name)) for name in names}
    strange = [
        (name, label)
        for query in queries()
        for name, selector in metrics_in(query)
        for label in LABEL.findall(selector)
        if label not in labels.get(name, set()) | OF_PROMETHEUS
    ]
    assert strange == []
    ungrouped = [
        (query, label)
        for query in queries()
        for group in GROUPED.findall(query)
        for label in re.split(r",\s*", group)
        if label not in OF_PROMETHEUS and not any(label in labels[name] for name, _ in metrics_in(query))
    ]
    assert ungrouped == []


def test_each_rule_says_how_urgent_it_is_and_the_guide_says_what_to_do() -> None:
    guide = (MONITORING.parent / "monitoring.md").read_text()
    for rule in rules():
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"]
        assert f"`{rule['alert']}`" in guide
    assert len({rule["alert"] for rule in rules()}) == len(rules())


def test_panels_of_the_dashboard_have_places_and_ids_of_their_own() -> None:
    found = panels()
    assert len({panel["id"] for panel in found}) == len(found)
    taken: set[tuple[int, int]] = set()
    for panel in found:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert place["x"] + place["w"] <= 24
        assert not taken & cells
        taken |= cells


def test_metrics_in_the_guide_are_metrics_of_the_reference() -> None:
    reference = (MONITORING.parents[1] / "reference" / "operations.md").read_text()
    guide = (MONITORING.parent / "monitoring.md").read_text().partition("## Metrics")[2]
    named = set(re.findall(r"`((?:botflow|workflow)_[a-z0-9_]+)`", guide))
    assert named
    assert [name for name in sorted(named) if f"`{name}`" not in reference] == []
