"""What is different between two documents of a workflow, as a person would say it: not which lines, but which nodes.

Documents are plain JSON in canonical form. The order of nodes and edges, and the ids of edges, have no effect, and are
no difference. `diff_text` says it in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from botflow.flow.edge_ids import with_edge_ids
from botflow.values import value

Plain = Mapping[str, Any]
_MISSING = object()
_APART = ("id", "position")  # of a node: said for themselves
_GRAPH = ("botflow", "nodes", "edges")


@value(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that is different. `path` leads to it by names and by the ids of list items: `options[large].label`.
    Of a text in several languages it names the language: `text (de)`.

    `kind` tells a value that is new from one that was null.
    """

    path: str
    kind: str
    before: Any = None
    after: Any = None


@value(frozen=True, slots=True, kw_only=True)
class NodeChange:
    """A node that is in both documents, with another type, other properties, or another label."""

    id: str
    changes: tuple[Change, ...]


@value(frozen=True, slots=True, kw_only=True)
class Renamed:
    """A node that has another id, and is else the same."""

    before: str
    after: str


@value(frozen=True, slots=True, kw_only=True)
class Moved:
    """A node that is drawn elsewhere; null where an editor places it."""

    id: str
    before: Plain | None
    after: Plain | None


@value(frozen=True, slots=True, kw_only=True)
class EdgeChange:
    """An edge that begins or ends elsewhere, leaves by another handle, or has other data."""

    before: Plain
    after: Plain


@value(frozen=True, slots=True, kw_only=True)
class Difference:
    """What is different. `nodes_changed` and `nodes_moved` may name the same node, by the id that it has now."""

    nodes_added: tuple[Plain, ...] = ()
    nodes_removed: tuple[Plain, ...] = ()
    nodes_renamed: tuple[Renamed, ...] = ()
    nodes_changed: tuple[NodeChange, ...] = ()
    nodes_moved: tuple[Moved, ...] = ()
    edges_added: tuple[Plain, ...] = ()
    edges_removed: tuple[Plain, ...] = ()
    edges_changed: tuple[EdgeChange, ...] = ()
    settings: tuple[Change, ...] = ()

    @property
    def is_none(self) -> bool:
        return self == Difference()


def difference(before: Plain | None, after: Plain | None) -> Difference:
    """Return what became of `before`. None is a document that does not exist yet: its nodes and edges are new."""
    before = _empty(after) if before is None else before
    after = _empty(before) if after is None else after
    spoken = tuple(dict.fromkeys((*_languages(before), *_languages(after))))
    former = {node["id"]: node for node in before["nodes"]}
    present = {node["id"]: node for node in after["nodes"]}
    renamed = _renamed(former, present)
    now_called = {each.before: each.after for each in renamed}
    pairs = [(former[id], present[now]) for id in former if (now := now_called.get(id, id)) in present]
    kept = {node["id"] for _, node in pairs}
    gone = former.keys() - present.keys() - now_called.keys()
    edges_added, edges_removed, edges_changed = _edges(before, after, now_called)
    return Difference(
        nodes_added=tuple(node for id, node in present.items() if id not in kept),
        nodes_removed=tuple(node for id, node in former.items() if id in gone),
        nodes_renamed=renamed,
        nodes_changed=tuple(_changed(pairs, spoken)),
        nodes_moved=tuple(
            Moved(id=now["id"], before=was.get("position"), after=now.get("position"))
            for was, now in pairs
            if was.get("position") != now.get("position")
        ),
        edges_added=edges_added,
        edges_removed=edges_removed,
        edges_changed=edges_changed,
        settings=tuple(_changes(_without(before, _GRAPH), _without(after, _GRAPH), "", spoken)),
    )


def _empty(other: Plain | None) -> Plain:
    """Return a document without nodes and edges that has the same settings as `other`."""
    return {**(other or {}), "nodes": [], "edges": []}


def _renamed(former: Mapping[str, Plain], present: Mapping[str, Plain]) -> tuple[Renamed, ...]:
    """Pair the nodes that are gone with new ones that differ only by the id, where there is no choice."""
    new: dict[bytes, list[str]] = defaultdict(list)
    for id in present.keys() - former.keys():
        new[_content(present[id])].append(id)
    gone: dict[bytes, list[str]] = defaultdict(list)
    for id in former.keys() - present.keys():
        gone[_content(former[id])].append(id)
    pairs = [(ids[0], new[content][0]) for content, ids in gone.items() if len(ids) == len(new.get(content, ())) == 1]
    return tuple(Renamed(before=before, after=after) for before, after in sorted(pairs))


def _content(node: Plain) -> bytes:
    return orjson.dumps(_compared(node), option=orjson.OPT_SORT_KEYS)


def _languages(document: Plain) -> tuple[str, ...]:
    """Return the languages of a document's texts, its own first; none if it has only that one."""
    others = document.get("languages") or ()
    return (document.get("language", "en"), *others) if others else ()


def _changed(pairs: Sequence[tuple[Plain, Plain]], spoken: Sequence[str]) -> Iterator[NodeChange]:
    for was, now in pairs:
        changes = tuple(_changes(_compared(was), _compared(now), "", spoken))
        if changes:
            yield NodeChange(id=now["id"], changes=changes)


def _compared(node: Plain) -> dict[str, Any]:
    return {"properties": {}, **_without(node, _APART)}


def _edges(
    before: Plain, after: Plain, now_called: Mapping[str, str]
) -> tuple[tuple[Plain, ...], tuple[Plain, ...], tuple[EdgeChange, ...]]:
    """Return the edges that are new, those that are gone, and those that are different.

    An edge is the one with the same ends; else the one with the same id; else the one from the same handle.
    """
    former = [_at_present(edge, now_called) for edge in with_edge_ids(before)["edges"]]
    present: list[Plain] = list(with_edge_ids(after)["edges"])
    changed: list[EdgeChange] = []
    for key in (_way, lambda edge: edge["id"], _exit):
        pairs, former, present = _matched(former, present, key)
        changed += [EdgeChange(before=was, after=now) for was, now in pairs if _effect(was) != _effect(now)]
    return tuple(present), tuple(former), tuple(changed)


def _matched(
    former: Sequence[Plain], present: Sequence[Plain], key: Callable[[Plain], Any]
) -> tuple[list[tuple[Plain, Plain]], list[Plain], list[Plain]]:
    """Return the pairs with the same key, and the others of both lists."""
    waiting: dict[Any, list[Plain]] = defaultdict(list)
    for edge in reversed(present):
        waiting[key(edge)].append(edge)
    pairs, gone = [], []
    for edge in former:
        if same := waiting[key(edge)]:
            pairs.append((edge, same.pop()))
        else:
            gone.append(edge)
    taken = {id(now) for _, now in pairs}
    return pairs, gone, [edge for edge in present if id(edge) not in taken]


def _at_present(edge: Plain, now_called: Mapping[str, str]) -> Plain:
    """Return a former edge with its ends as they are called now."""
    ends = {end: now_called.get(edge[end], edge[end]) for end in ("source", "target")}
    return {**edge, **ends}


def _way(edge: Plain) -> tuple[str, str, str]:
    return edge["source"], handle_of(edge), edge["target"]


def _exit(edge: Plain) -> tuple[str, str]:
    return edge["source"], handle_of(edge)


def _effect(edge: Plain) -> Plain:
    return {**_without(edge, ("id",)), "sourceHandle": handle_of(edge)}


def handle_of(edge: Plain) -> str:
    """Return the handle by which an edge leaves. Without one it is the first, `next` of nodes that have a `next`."""
    return edge.get("sourceHandle") or "next"


def _changes(before: Any, after: Any, path: str, spoken: Sequence[str]) -> Iterator[Change]:
    """Yield the innermost values that are different, in the order of their paths; `spoken`: the languages of texts."""
    if before is _MISSING:
        yield Change(path=path, kind="added", after=after)
    elif after is _MISSING:
        yield Change(path=path, kind="removed", before=before)
    elif _are_spoken(before, after, spoken):
        former, present = ((each if isinstance(each, Mapping) else {spoken[0]: each}) for each in (before, after))
        for tag in (tag for tag in spoken if tag in former or tag in present):
            yield from _changes(former.get(tag, _MISSING), present.get(tag, _MISSING), f"{path} ({tag})", ())
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            below = f"{path}.{name}" if path else name
            yield from _changes(before.get(name, _MISSING), after.get(name, _MISSING), below, spoken)
    elif (was := _by_id(before)) is not None and (now := _by_id(after)) is not None:
        yield from _changes_of_list(was, now, path, spoken)
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield Change(path=path, kind="changed", before=before, after=after)


def _are_spoken(before: Any, after: Any, spoken: Sequence[str]) -> bool:
    """Say whether a text, or a list of words, is in several languages before or after."""
    written = [value for value in (before, after) if isinstance(value, Mapping)]
    return bool(spoken) and bool(written) and all(value and value.keys() <= set(spoken) for value in written)


def _changes_of_list(
    before: Mapping[str, Plain], after: Mapping[str, Plain], path: str, spoken: Sequence[str]
) -> Iterator[Change]:
    for id in [*before, *(new for new in after if new not in before)]:
        yield from _changes(before.get(id, _MISSING), after.get(id, _MISSING), f"{path}[{id}]", spoken)
    was, now = [id for id in before if id in after], [id for id in after if id in before]
    if was != now:
        yield Change(path=path, kind="reordered", before=list(before), after=list(after))


def _by_id(items: Any) -> dict[str, Plain] | None:
    """Return a list's items by their ids; None for what is no list of items with different ids."""
    if not isinstance(items, list):
        return None
    if not all(isinstance(item, Mapping) and isinstance(item.get("id"), str) for item in items):
        return None
    found = {item["id"]: item for item in items}
    return found if len(found) == len(items) else None


def _without(plain: Plain, names: Sequence[str]) -> dict[str, Any]:
    return {name: each for name, each in plain.items() if name not in names}
