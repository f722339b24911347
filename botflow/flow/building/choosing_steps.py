"""The part of `botflow.Flow` that writes switches, experiments and cards; see `flow.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from botflow.flow.building.step import Step, Text, Time


class ChoosingSteps(Protocol):
    """Steps that leave by one of several handles."""

    def node(self, type: str, /, *, id: str | None = None, label: str = "", **properties: Any) -> Step: ...

    def switch(
        self, value: str, cases: Mapping[str, Any] | Sequence[Mapping[str, Any]], *, id: str | None = None
    ) -> Step:
        """Leave by the handle whose value `value` equals, or by `else`: `flow.switch("size", {"big": "L"})`.

        Ranges and patterns are objects: `flow.switch("age", {"child": {"below": 18}, "adult": {"from": 18}})`. Several
        cases of one handle are a list: `[{"handle": "big", "equals": "L"}, {"handle": "big", "equals": "XL"}]`.
        """
        return self.node("conditional.switch", id=id, value=value, cases=_cases(cases))

    def cards(
        self,
        cards: Sequence[Mapping[str, Any]] | None = None,
        *,
        text: Text | None = None,
        cards_from: Mapping[str, Any] | None = None,
        variable: str | None = None,
        invalid_text: Text | None = None,
        retries: int | None = None,
        timeout: Time | None = None,
        reminders: Sequence[Mapping[str, Any]] | None = None,
        pace: str | None = None,
        id: str | None = None,
    ) -> Step:
        """Show cards; the ids of their buttons are handles, beside `other` and `timeout`; without such, `next`.

        `cards` are objects: `{"id": "pizza", "title": "Pizza", "buttons": [{"id": "order", "label": "Order"}]}`.
        """
        return self.node(
            "chatbot.cards",
            id=id,
            text=text,
            cards=cards,
            cards_from=cards_from,
            variable=variable,
            invalid_text=invalid_text,
            retries=retries,
            timeout=timeout,
            reminders=reminders,
            pace=pace,
        )

    def split(
        self,
        variants: Mapping[str, float] | Sequence[str],
        *,
        experiment: str | None = None,
        variable: str | None = None,
        id: str | None = None,
    ) -> Step:
        """Give each person a variant and let them keep it; each is a handle: `flow.split({"plain": 70, "new": 30})`."""
        weights = variants if isinstance(variants, Mapping) else dict.fromkeys(variants, 1)
        listed = [{"id": name, "weight": weight} for name, weight in weights.items()]
        return self.node("logic.split", id=id, variants=listed, experiment=experiment, variable=variable)


def _cases(cases: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if not isinstance(cases, Mapping):
        return [dict(case) for case in cases]
    return [
        {"handle": handle, **(case if isinstance(case, Mapping) else {"equals": case})}
        for handle, case in cases.items()
    ]
