"""Deliveries in the metrics: each change of a message's state once, with the provider's code."""

from __future__ import annotations

from prometheus_client import generate_latest

from tests.metric_samples import Samples
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.test_conversations import until
from tests.twilio.test_delivery import order, rows, site  # noqa: F401 -- fixtures
from tests.web.site import Site


async def test_each_state_of_a_message_counts_once(twilio: TwilioStandIn, site: Site) -> None:  # noqa: F811
    message = await order(twilio, site)
    for status in ("sent", "delivered", "delivered", "sent"):
        await twilio.report(site.client, message, status)
    await until(lambda: len(twilio.messages()) == 2)
    found = _samples(site)
    for state in ("ready", "delivered"):
        assert found.value("botflow_deliveries_total", channel="sms", state=state, error_code="") >= 1
    assert found.value("botflow_deliveries_total", channel="sms", state="delivered") == 1


async def test_a_failed_delivery_has_the_providers_code(twilio: TwilioStandIn, site: Site) -> None:  # noqa: F811
    message = await order(twilio, site)
    for _ in range(2):
        await twilio.report(site.client, message, "undelivered", "30005")
    await until(lambda: len(twilio.messages()) == 2)
    found = _samples(site)
    assert found.value("botflow_deliveries_total", channel="sms", state="failed", error_code="30005") == 1
    assert found.value("botflow_deliveries_total", channel="sms", state="delivered") == 0


def _samples(site: Site) -> Samples:  # noqa: F811
    return Samples(generate_latest(site.runtime.metrics.registry).decode())
