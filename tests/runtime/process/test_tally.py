"""Counters and histograms: what Prometheus reads of them, and their bounds."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from botflow.runtime.process.bounded_labels import code_label, model_label
from botflow.runtime.process.tally import MOST_KEYS, OTHER, Histogram, Tally, Timed


def samples(*collectors: Collector) -> dict[tuple[str, ...], float]:
    """Return the values that Prometheus reads, by name and the values of the labels in the order of their names."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    text = generate_latest(registry).decode()
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_counter_adds_up_by_labels() -> None:
    tally = Tally("bells", "Bells", ("tone",), of=lambda key: (key % 2,))
    for key in range(5):
        tally.add(key, 2)
    assert samples(tally) == {("bells_total", "0"): 6, ("bells_total", "1"): 4}


def test_more_combinations_than_the_bound_are_counted_together() -> None:
    tally = Tally("bells", "Bells", ("tone",), most=3)
    for number in range(2 * MOST_KEYS):
        tally.add((number,))
    found = samples(tally)
    assert found[("bells_total", OTHER)] == 2 * MOST_KEYS - 3
    assert len(found) == 4
    assert len(tally._cells._by_key) == MOST_KEYS


def test_one_that_uses_up_its_combinations_leaves_the_others_theirs() -> None:
    tally = Tally("errors", "Errors", ("flow", "code"), most=6, each=3)
    for code in range(10):
        tally.add(("noisy", code))
    for flow in ("a", "b", "c", "d"):
        tally.add((flow, "x"))
    for number in range(20):
        tally.add((f"more {number}", "x"))
    found = {labels[1:]: count for labels, count in samples(tally).items()}  # by code and flow, in this order
    assert [found[str(code), "noisy"] for code in range(3)] == [1, 1, 1]
    assert found[OTHER, "noisy"] == 7
    assert [found["x", flow] for flow in ("a", "b")] == [1, 1]
    assert [found[OTHER, flow] for flow in ("c", "d")] == [1, 1]  # there was no room for their codes any more
    assert len(found) <= 2 * 6 + 1
    assert sum(found.values()) == 34


def test_a_label_is_written_so_that_prometheus_reads_it_again() -> None:
    tally = Tally("bells", "Bells", ("tone",))
    strange = 'a"b\\c\nd {x="y"} 1'
    tally.add((strange,))
    tally.add(("é" * 300,))
    assert samples(tally) == {("bells_total", strange): 1, ("bells_total", "é" * 80): 1}


def test_a_histogram_counts_each_bucket_with_those_below_it() -> None:
    waits = Histogram("waits_seconds", "Waits", (), bounds_s=(0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 1.0, 7.0, -3.0):
        waits.observe((), seconds)
    found = samples(waits)
    assert [found[("waits_seconds_bucket", bound)] for bound in ("0.1", "1.0", "+Inf")] == [3, 5, 6]
    assert found[("waits_seconds_count",)] == 6
    assert found[("waits_seconds_sum",)] == 8.65


def test_the_counter_of_timed_events_has_more_labels_than_their_histogram() -> None:
    timed = Timed(("calls", "Calls"), ("call_seconds", "Times"), ("to", "outcome"), shown=1, bounds_s=(1.0,))
    timed.observe(("shop", "ok"), 0.5)
    timed.observe(("shop", "failed"), 2.0)
    timed.observe(("shop", "ok"), 0.5)
    found = samples(timed)
    assert (found[("calls_total", "failed", "shop")], found[("calls_total", "ok", "shop")]) == (1, 2)
    assert (found[("call_seconds_count", "shop")], found[("call_seconds_sum", "shop")]) == (3, 3.0)
    assert found[("call_seconds_bucket", "1.0", "shop")] == 2


def test_only_what_has_the_form_of_a_code_or_a_model_is_a_label() -> None:
    assert [code_label(code) for code in ("model.timeout", "30003", "ok", "RuntimeError", "")] == [
        *("model.timeout", "30003", "ok", "RuntimeError", "")
    ]
    texts = ("my card is 4111", "+15551234567", "15551234567", "a" * 61, "a.", ".a", "a\nb")
    assert {code_label(text) for text in texts} == {OTHER}
    assert [model_label(name) for name in ("gpt-5.1-mini", "org/llama:70b", "lexical")] == [
        *("gpt-5.1-mini", "org/llama:70b", "lexical")
    ]
    assert {model_label(text) for text in ("I am a person", "+15551234567", "x" * 61, "")} == {OTHER}
