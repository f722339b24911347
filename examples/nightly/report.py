# Run it: botflow serve examples/nightly/report.py --dev
"""Every night at half past two: each shop's sales at once, on whatever worker is free, and a report of them.

A shop that does not answer is asked again, a second later and then two; without its answer the others are reported.
"""

from collections.abc import Mapping
from typing import Any

from botflow import ActionContext, Flow, Plugin, Properties, action

SALES = {"Berlin": 120, "Oslo": 80, "Lima": 95}  # stands for the shops' own servers


class SalesProperties(Properties):
    shop: str


@action("shop.sales")
async def sales(properties: SalesProperties, variables: Mapping[str, Any], context: ActionContext) -> dict[str, Any]:
    """Return what one shop sold; Oslo's server is asleep when it is asked first, and Rome's is gone."""
    if properties.shop == "Oslo" and context.attempt == 1:
        raise ConnectionError("Oslo is asleep")
    return {"sold": SALES[properties.shop]}


plugin = Plugin(name="shop", node_types=(sales,))

flow = Flow("report", mode="single", time_zone="Europe/Berlin", variables={"shops": ["Berlin", "Oslo", "Lima", "Rome"]})
night = flow.schedule("30 2 * * *", missed="once")
by_hand = flow.manual()
each = flow.parallel(each="{{ shops }}", as_="shop", timeout="5m", variable="results", id="each")
ask = flow.node("shop.sales", id="ask", shop="{{ shop }}").rules(retry={"attempts": 3, "delay": "1s"}, time_limit="30s")
lost = flow.log("{{ shop }} is missing: {{ $ask.message }}", level="warning")
report = flow.log(
    "{% for place, shop in results | items %}{{ shop.output.shop }} {{ shop.output.sold }}; {% endfor %}"
    "{{ results | dictsort | map(attribute='1.output.sold') | sum }} in all",
    id="report",
)

(night, by_hand) >> each
each["each"] >> ask >> flow.end(output={"shop": "{{ shop }}", "sold": "{{ $ask.sold }}"})
ask["error"] >> lost >> flow.end(output={"shop": "{{ shop }}", "sold": 0})
each["done"] >> report >> flow.end(output="{{ $report.message }}")
each["timeout"] >> flow.log("The shops took too long.", level="error")
