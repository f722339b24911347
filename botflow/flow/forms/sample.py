"""The smallest properties that a schema allows: an example for a node type that gives none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
_DEEPEST = 8
_PLAIN = {"string": "text", "boolean": True, "null": None}


def sample(schema: Schema) -> Any:
    """Return a value with all that is required, of examples where there are some."""
    return _sample(schema, schema.get("$defs", {}), _DEEPEST)


def _sample(schema: Schema, definitions: Mapping[str, Schema], depth: int) -> Any:
    if depth == 0:
        return None
    match schema:
        case {"x-field": {"example": example}} | {"examples": [example, *_]} | {"const": example}:
            return example
        case {"enum": [example, *_]}:
            return example
        case {"$ref": str(reference)}:
            return _sample(definitions.get(reference.rpartition("/")[2], {}), definitions, depth - 1)
        case {"anyOf": [first, *_]}:
            return _sample(first, definitions, depth - 1)
        case {"type": "integer" | "number"}:
            return schema.get("minimum", schema.get("maximum", 1))
        case {"type": "array"}:
            return [_sample(schema.get("items", {}), definitions, depth - 1)] * schema.get("minItems", 0)
        case {"type": "object", "additionalProperties": dict(values)}:
            names = [f"name{number}" for number in range(schema.get("minProperties", 0))]
            return {name: _sample(values, definitions, depth - 1) for name in names}
        case {"type": "object"}:
            known = schema.get("properties", {})
            return {name: _sample(known.get(name, {}), definitions, depth - 1) for name in schema.get("required", ())}
    return _PLAIN.get(str(schema.get("type")), "text")
