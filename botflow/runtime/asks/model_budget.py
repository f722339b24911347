"""Money for models: reserved before a call, settled after it, refused beyond a cap or without a known price.

A call may cost at most its prompt's tokens and the longest answer it may give, so that much is reserved. A node without
`maxTokens` gets a bound here, since without one nothing could be reserved. When the cost of a call is unknown, because
its answer was lost or the process died, the reservation counts as spent. A refusal costs nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import orjson
import structlog

from botflow.engine.ask_json import ask_to_json
from botflow.engine.asks import Answer, AskFailure, AskModel
from botflow.errors import ProviderError
from botflow.flow.policy import Budgets, Price
from botflow.interfaces import Model, Quote, Quotes
from botflow.runtime.process.failure_facts import log_failure
from botflow.storage.decisions import Decision, Decisions
from botflow.storage.spending import Amount, Person, Scope, Spending, micro

MOST_TOKENS = 4_096  # of an answer whose node sets no limit; thinking counts, too
PER_MILLION = 1_000_000
# Failures after which the provider may have charged for the call.
UNCLEAR = frozenset(["model.timeout", "model.interrupted", "model.garbled", "model.crashed", "model.unreachable"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reserved:
    """The reservation of one call, and its scopes."""

    scopes: tuple[Scope, ...]
    amount: Amount
    price: Price


class ModelSpend:
    """Keeps model calls within the budgets of their workflow."""

    def __init__(self, spending: Spending, decisions: Decisions) -> None:
        self._spending = spending
        self._decisions = decisions
        self._log = structlog.get_logger("botflow.models")

    async def within(
        self,
        budgets: Budgets,
        session: int,
        model: Model,
        ask: AskModel,
        call: Callable[[AskModel], Awaitable[Answer]],
    ) -> Answer:
        """Return the answer of `call`, or an answer with the failure `budget.<scope>` or `budget.price_unknown`."""
        if not caps_cost(budgets):
            return await call(ask)
        bounded = ask if ask.max_tokens is not None else replace(ask, max_tokens=MOST_TOKENS)
        quote = _quote(model, bounded)
        price = budgets.prices.get(quote.model) or quote.price
        person, now = await self._spending.person(session)
        if price is None:
            return await self._decline(
                person, "budget.price_unknown", quote, f"the price of {quote.model} is not known"
            )
        scopes = person.scopes(budgets, now)
        amount = Amount(cost=micro(_usd(price, quote.prompt_tokens, quote.completion_tokens)))
        if (full := await self._spending.reserve(scopes, amount)) is not None:
            return await self._decline(person, f"budget.{full}", quote, f"the {full}'s budget for models is used up")
        answer = _priced(await call(bounded), price)
        spent = _spent(answer, amount)
        if spent != amount:
            try:
                await self._spending.settle(scopes, amount, spent)
            except ProviderError as failure:  # the answer is paid for; the budget keeps its upper bound
                log_failure(self._log, "spending_not_settled", failure, session=session)
        return answer

    async def _decline(self, person: Person, code: str, quote: Quote, message: str) -> Answer:
        made = Decision(
            kind="refused",
            reason=code,
            channel=person.channel,
            address=person.address,
            session=person.session,
            detail={"model": quote.model},
        )
        await self._decisions.add(person.organization, made)
        return Answer(failure=AskFailure(code=code, message=message), usage={"model": quote.model})


def caps_cost(budgets: Budgets) -> bool:
    """True if money is counted for a workflow with these budgets."""
    return any(cap.cost is not None for cap in (budgets.session, budgets.contact, budgets.organization))


def _quote(model: Model, ask: AskModel) -> Quote:
    """Return the upper bound of a call; without the model's quote, its bytes, since a token has at least one byte."""
    if isinstance(model, Quotes):
        return model.quote(ask)
    prompt = len(orjson.dumps(ask_to_json(ask)))
    return Quote(model=ask.model or model.name, prompt_tokens=prompt, completion_tokens=ask.max_tokens or MOST_TOKENS)


def _usd(price: Price, prompt_tokens: int, completion_tokens: int) -> float:
    return (prompt_tokens * price.input + completion_tokens * price.output) / PER_MILLION


def _priced(answer: Answer, price: Price) -> Answer:
    """Return the answer with its cost, if the model counted tokens but did not know its price."""
    usage = answer.usage
    if usage.get("costUsd") is not None or not usage.get("promptTokens"):
        return answer
    cost = _usd(price, usage["promptTokens"], usage.get("completionTokens") or 0)
    return replace(answer, usage={**usage, "costUsd": round(cost, 9)})


def _spent(answer: Answer, reserved: Amount) -> Amount:
    """Return the cost of a call if it is known, else its reservation."""
    cost = answer.usage.get("costUsd")
    if cost is not None:
        return Amount(cost=micro(cost))
    if answer.failure is not None and answer.failure.code not in UNCLEAR:
        return Amount()
    return reserved
