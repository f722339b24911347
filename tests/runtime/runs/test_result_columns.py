"""Which variables a table of results shows."""

from __future__ import annotations

from typing import Any

from botflow import Flow
from botflow.runtime.runs.result_columns import ResultColumns


def document(**settings: Any) -> dict[str, Any]:
    return Flow("shop", **settings).document()


def columns(*stored: tuple[int, dict[str, Any]], documents: tuple[dict[str, Any], ...]) -> tuple[str, ...]:
    found = ResultColumns()
    for version, each in enumerate(documents, 1):
        assert version in found.unknown((version,))
        found.learn(version, version, each)
        assert found.unknown((version,)) == set()
    for version, variables in stored:
        found.add(version, variables)
    return found.names


def record(version: int = 1, **variables: Any) -> tuple[int, dict[str, Any]]:
    return version, variables


def test_a_constant_is_no_column_and_a_counter_that_was_changed_is_one() -> None:
    written = document(variables={"price": 5, "count": 0, "is_new": False})
    assert columns(record(price=5, count=0, name="Ann", is_new=0), documents=(written,)) == ("is_new", "name")
    assert columns(record(price=5, count=0), record(price=5, count=2), documents=(written,)) == ("count",)


def test_a_value_that_was_a_constant_in_another_version_is_a_column() -> None:
    both = (document(variables={"price": 5}), document(variables={"price": 6}))
    assert columns(record(1, price=5), record(2, price=6), documents=both) == ()
    assert columns(record(1, price=6), documents=both) == ("price",)


def test_what_a_loop_or_a_parallel_stores_its_items_in_is_no_column() -> None:
    flow = Flow("shop")
    flow.loop("{{ names }}", as_="person", index="at")
    flow.parallel(each="{{ shops }}", variable="found")
    said = record(person="Ann", at=3, item="shop", names=["Ann"], found={})
    assert columns(said, documents=(flow.document(),)) == ("found", "names")


def test_a_loops_variable_that_a_question_sets_too_is_a_column() -> None:
    flow = Flow("shop")
    flow.loop("{{ names }}", as_="person")
    flow.ask("Who?", variable="person")
    assert columns(record(person="Ann"), documents=(flow.document(),)) == ("person",)


def test_the_author_names_the_columns_and_their_order() -> None:
    named = document(results=["name", "price"], variables={"price": 5})
    assert columns(record(1, price=5, name="Ann", x=1), documents=(named,)) == ("name", "price")
    assert columns(record(2, x=1), record(1), documents=(document(results=["name"]), document())) == ("x",)


def test_an_execution_whose_document_is_not_there_shows_all() -> None:
    assert columns(record(name="Ann"), documents=()) == ("name",)
