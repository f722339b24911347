"""Credential modules: which fields a set of credentials has. A Plugin declares those of its provider.

A value is kept as a text: a number and a boolean as JSON writes them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from botflow.errors import UsageError
from botflow.outgoing_targets import PUBLIC_ONLY, Network, TargetRefused, check_url

LONGEST_VALUE = 8_000
Value = str | int | float | bool


class FieldType(StrEnum):
    """What a field holds."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    SELECT = "select"
    URL = "url"


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialField:
    """One field. A `sensitive` one is never shown again. `default` is what a new set gets that does not name it.

    `pattern` is a regular expression for the whole text, `options` are the choices of a `select`.
    """

    id: str
    name: str
    description: str = ""
    type: FieldType = FieldType.STRING
    sensitive: bool = False
    required: bool = False
    default: Value | None = None
    pattern: str = ""
    longest: int = LONGEST_VALUE
    options: tuple[str, ...] = ()

    def read(self, given: Value) -> str:
        """Return the value as it is kept; UsageError `credential.field` says what is wrong, without the value."""
        match self.type, given:
            case FieldType.BOOLEAN, bool():
                return "true" if given else "false"
            case FieldType.NUMBER, int() | float() if not isinstance(given, bool) and math.isfinite(given):
                return repr(given)
            case FieldType.BOOLEAN | FieldType.NUMBER, _:
                raise self._wrong(f"is no {self.type.value}")
        if not isinstance(given, str):
            raise self._wrong("is no text")
        self._check_text(given)
        return given

    def shown(self, kept: str) -> Value:
        """Return the value of its own type for a kept text."""
        match self.type:
            case FieldType.BOOLEAN:
                return kept == "true"
            case FieldType.NUMBER:
                return float(kept) if any(mark in kept for mark in ".e") else int(kept)
        return kept

    def _check_text(self, given: str) -> None:
        if not given.strip() or len(given) > self.longest or "\x00" in given:
            raise self._wrong(f"is empty, has more than {self.longest:,} characters, or contains NUL")
        if self.type is FieldType.SELECT and given not in self.options:
            raise self._wrong(f"is none of {', '.join(self.options)}")
        if self.type is FieldType.URL and not given.startswith(("https://", "http://")):
            raise self._wrong("does not begin with https:// or http://")
        if self.pattern and not re.fullmatch(self.pattern, given):
            raise self._wrong(f"does not match {self.pattern}")

    def _wrong(self, what: str) -> UsageError:
        return UsageError(f"the field {self.id!r} {what}", code="credential.field", hint=self.description)


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialModule:
    """The fields that a module's sets have. The module with a plugin's own name opens its channel and its model.

    `check` looks at a whole set before it is stored: UsageError `credential.field` for what does not fit together.
    """

    id: str
    name: str
    fields: tuple[CredentialField, ...]
    check: Callable[[Mapping[str, str]], None] | None = None

    def field(self, id: str) -> CredentialField | None:
        return next((field for field in self.fields if field.id == id), None)

    def secrets(self, fields: Mapping[str, str]) -> frozenset[str]:
        """Return the values to mask: all but those of fields that are shown. An ordinary word among these, such as the
        name of a user, would be masked wherever it is in an answer."""
        shown = {field.id for field in self.fields if not field.sensitive}
        return frozenset(value for name, value in fields.items() if name not in shown)

    def changed(self, before: Mapping[str, str], given: Mapping[str, Value | None]) -> dict[str, str]:
        """Return the kept fields with those `given` in their place; None removes one.

        UsageError `credential.field` for a value that does not fit, `credential.unknown_field`, or
        `credential.missing_field`.
        """
        fields = dict(before)
        for id, value in given.items():
            field = self.field(id)
            if field is None:
                raise _unknown_field(self, id)
            if value is None:
                fields.pop(id, None)
            else:
                fields[id] = field.read(value)
        for field in self.fields:
            if field.id not in fields and field.default is not None:
                fields[field.id] = field.read(field.default)
        self._check_required(fields)
        if self.check is not None:
            self.check(fields)
        return fields

    def check_addresses(self, fields: Mapping[str, str], networks: Sequence[Network]) -> None:
        """UsageError `credential.address` for a URL that leads into a private network other than these."""
        for field in self.fields:
            if field.type is FieldType.URL and field.id in fields:
                try:
                    check_url(fields[field.id], networks)
                except TargetRefused as refused:
                    raise UsageError(
                        f"the field {field.id!r}: {refused}", code="credential.address", hint=PUBLIC_ONLY
                    ) from None

    def _check_required(self, fields: Iterable[str]) -> None:
        missing = [field.id for field in self.fields if field.required and field.id not in fields]
        if missing:
            raise UsageError(
                f"a set of {self.name} needs {', '.join(missing)}",
                code="credential.missing_field",
                hint="GET /api/v1/credential-modules lists the fields",
            )


def _unknown_field(module: CredentialModule, id: str) -> UsageError:
    return UsageError(
        f"{module.name} has no field {id[:64]!r}",
        code="credential.unknown_field",
        hint=f"its fields are {', '.join(field.id for field in module.fields)}",
    )
