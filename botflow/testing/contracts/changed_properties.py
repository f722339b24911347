"""Properties with one thing changed, by their JSON Schema: what the schema refuses, and what it allows.

The changed place is any property, of nested objects too; the rest is an example's. Needs jsonschema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from botflow.flow.forms.sample import sample
from botflow.flow.problems import Path

Schema = Mapping[str, Any]
Change = tuple[Path, Any]
UNKNOWN_KEY = "noSuchProperty"
_PLAIN = (None, True, 0, 7, -3, 1.5, 10**7, "", " ", "5", "no such value")
_VALUES: tuple[Any, ...] = (*_PLAIN, [], ["x"], [7], [{}], {}, {"x": 1}, {"x": {}})
_NAMES = ("", "x" * 65)


@dataclass(frozen=True, slots=True)
class ChangedProperties:
    """Properties that differ from an example at `path`; `fits` says whether the schema allows them."""

    properties: Mapping[str, Any]
    path: Path
    fits: bool


def changed_properties(schema: Schema, example: Mapping[str, Any]) -> Iterator[ChangedProperties]:
    """Yield the example's properties with one value, or one key, changed at a time."""
    whole = Draft202012Validator(schema)
    for path, properties in _inside(schema, schema, dict(example), ()):
        yield ChangedProperties(properties, path, whole.is_valid(properties))


def _inside(root: Schema, schema: Schema, value: Any, path: Path) -> Iterator[Change]:
    """Yield a value that fits `schema` with something in it changed, after the place of the change."""
    for part in _parts(root, schema):
        inner = part.get("additionalProperties")
        if isinstance(value, Mapping) and "properties" in part:
            yield (*path, UNKNOWN_KEY), {**value, UNKNOWN_KEY: 1}
            yield from (((*path, name), {key: value[key] for key in value if key != name}) for name in value)
            for name, property in part["properties"].items():
                found = value[name] if name in value else _full(root, property)
                yield from ((at, {**value, name: new}) for at, new in _other(root, property, found, (*path, name)))
        elif isinstance(value, Mapping) and isinstance(inner, dict):
            name = next(iter(value), "x")
            found = value[name] if value else _full(root, inner)
            yield from (((*path, each), {**value, each: found}) for each in _NAMES)
            yield from ((at, {**value, name: new}) for at, new in _other(root, inner, found, (*path, name)))
        elif isinstance(value, list) and isinstance(part.get("items"), dict):
            found = value[0] if value else _full(root, part["items"])
            yield from ((at, [new, *value[1:]]) for at, new in _other(root, part["items"], found, (*path, 0)))


def _other(root: Schema, schema: Schema, value: Any, path: Path) -> Iterator[Change]:
    """Yield other values for a property or an item, and its own with something in it changed."""
    parts = list(_parts(root, schema))
    yield from ((path, each) for each in (*_VALUES, *(bound for part in parts for bound in _bounds(root, part))))
    yield from _inside(root, schema, value, path)


def _bounds(root: Schema, schema: Schema) -> Iterator[Any]:
    """Yield the values at the bounds of a schema, and those beyond them."""
    yield from schema.get("enum", ())
    for key, step in (("minimum", -1), ("maximum", 1)):
        if key in schema:
            yield from (schema[key], schema[key] + step)
    for key, step in (("minLength", -1), ("maxLength", 1)):
        if key in schema:
            yield from ("x" * schema[key], "x" * (schema[key] + step))
    for key, step in (("minItems", -1), ("maxItems", 1)):
        if key in schema:
            item = _full(root, schema["items"])
            yield from ([item] * count for count in (schema[key], schema[key] + step))


def _full(root: Schema, schema: Schema) -> Any:
    """Return a value with an item in each list and each property of an object, so that there is something to change."""
    part = next(_parts(root, schema), {})
    if isinstance(part.get("items"), dict):
        return [_full(root, part["items"])]
    if "properties" in part:
        return {name: _full(root, property) for name, property in part["properties"].items()}
    if isinstance(part.get("additionalProperties"), dict):
        return {"x": _full(root, part["additionalProperties"])}
    return sample({**root, **part})


def _parts(root: Schema, schema: Schema) -> Iterator[Schema]:
    """Yield the schemas of which a value must fit one, references resolved; that of an object first."""
    kinds: Sequence[Schema] = schema.get("anyOf", [schema])
    found = [root["$defs"][each["$ref"].rpartition("/")[2]] if "$ref" in each else each for each in kinds]
    yield from sorted((each for each in found if each.get("type") != "null"), key=lambda each: "properties" not in each)
