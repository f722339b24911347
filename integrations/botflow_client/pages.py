"""Lists. Nothing is asked of the server before the first item is wanted; further pages are fetched as they are needed.

    for session in client.get_active_sessions():
        print(session.external_id)

`first()` gives one page, with the cursor of the next.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from botflow_client.errors import UnexpectedAnswer

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A part of a list. `next` is the `cursor` of the part after it, None at the end."""

    items: list[T]
    next: str | None = None


class Pages(Generic[T]):
    """All items of a list, page by page. Each loop asks the server anew."""

    def __init__(self, fetch: Callable[[str | None], Page[T]]) -> None:
        self._fetch = fetch

    def first(self) -> Page[T]:
        """Return the first page, or the one that the call's `cursor` named."""
        return self._fetch(None)

    def __iter__(self) -> Iterator[T]:
        page = self._fetch(None)
        yield from page.items
        while page.next is not None:
            page = _after(page, self._fetch(page.next))
            yield from page.items


class AsyncPages(Generic[T]):
    """All items of a list, page by page. Each loop asks the server anew."""

    def __init__(self, fetch: Callable[[str | None], Awaitable[Page[T]]]) -> None:
        self._fetch = fetch

    async def first(self) -> Page[T]:
        """Return the first page, or the one that the call's `cursor` named."""
        return await self._fetch(None)

    async def __aiter__(self) -> AsyncIterator[T]:
        page = await self._fetch(None)
        for each in page.items:
            yield each
        while page.next is not None:
            page = _after(page, await self._fetch(page.next))
            for each in page.items:
                yield each


def _after(page: Page[T], following: Page[T]) -> Page[T]:
    """Return the following page. A cursor that leads to itself would be a loop without end."""
    if following.next is not None and following.next == page.next:
        raise UnexpectedAnswer("a page of the list says that it comes after itself")
    return following
