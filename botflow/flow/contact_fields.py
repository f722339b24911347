"""The fields of a contact: those that every contact has, and the declaration of an organization's own.

A value is checked where it is written, by a flow, the API and an import alike. A wrong one is never stored.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, assert_never
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from botflow.errors import FlowError
from botflow.flow.fields import CAMEL_CASE

CONTACT = "contact"  # `$contact` in templates, and the beginning of `contact.name` where a variable is named
LONGEST_TEXT = 1_000  # characters of a value
MOST_FIELDS = 200  # that an organization declares
MOST_CHOICES = 100
LARGEST_NUMBER = 2**53  # beyond it JSON parsers disagree about integers
LONGEST_GROUP = 64

ContactFieldType = Literal["text", "number", "boolean", "date", "datetime", "choice"]
# Columns of a file of contacts that are no fields.
OTHER_COLUMNS = ("addresses", "createdAt", "updatedAt", "lastSeenAt", "revision")
StandardField = Literal["name", "language", "timeZone"]
STANDARD: tuple[StandardField, ...] = ("name", "language", "timeZone")
READ_ONLY = ("id", "address", "channel", "created", "lastSeen", "groups")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}


class WrongContactValue(FlowError):
    """A value does not fit the contact's field, or there is no such field."""

    code = "contact.value"


def _field_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise PydanticCustomError(
            "contact.field_name",
            "{name} is no name of a field: at most 64 of A-Z a-z 0-9 _, the first no digit",
            {"name": repr(name[:80])},
        )
    if name in (*STANDARD, *READ_ONLY, *OTHER_COLUMNS):
        message = "{name} is not free: every contact has that"
        raise PydanticCustomError("contact.field_name", message, {"name": repr(name)})
    return name


FieldName = Annotated[str, AfterValidator(_field_name)]
Choice = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]


class ContactField(BaseModel):
    """A field of a contact: its type, and the values of a choice."""

    model_config = CAMEL_CASE

    type: ContactFieldType = "text"
    """The type of its values. A date is `2026-11-27`, a datetime `2026-11-27T09:30:00+00:00`."""
    choices: Annotated[tuple[Choice, ...], Field(max_length=MOST_CHOICES)] = ()
    """The only values of a `choice`."""

    @model_validator(mode="after")
    def _fits_together(self) -> ContactField:
        if bool(self.choices) != (self.type == "choice"):
            raise ValueError("type: choice and a list of choices go together, and neither goes alone")
        if len(set(self.choices)) < len(self.choices):
            raise ValueError("two choices are the same")
        return self


ContactFields = Annotated[dict[FieldName, ContactField], Field(max_length=MOST_FIELDS)]
_STANDARD_FIELD = ContactField()


def contact_field_of(variable: str) -> str | None:
    """Return the field that a variable's name such as `contact.name` writes; None for a variable of the flow."""
    head, dot, field = variable.partition(".")
    return field if dot and head == CONTACT else None


def stored_value(
    name: str, value: Any, declared: Mapping[str, ContactField], zone: Callable[[], ZoneInfo] | None = None
) -> Any:
    """Return `value` as the field `name` stores it, None for no value. WrongContactValue if it does not fit, or if
    there is no such field. `zone` finds that of a moment that names none; without it such a moment does not fit."""
    field = _STANDARD_FIELD if name in STANDARD else declared.get(name)
    if field is None:
        reason = "is not written by a flow" if name in READ_ONLY else "is not declared"
        raise WrongContactValue(
            f"the field {name[:64]!r} of a contact {reason}",
            code="contact.field_unknown",
            hint="declare it under contactFields, or for the whole organization: PUT /api/v1/contact-fields/{name}",
        )
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    fitting = _standard(name, value) if name in STANDARD else _declared(field, value, zone)
    if fitting is None:
        raise WrongContactValue(f"{str(value)[:80]!r} does not fit the contact's {name}: {_wanted(name, field)}")
    return fitting


def sought(value: Any) -> str:
    """Return the text by which a stored value is found: equal for equal values, and in order for dates."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).casefold()[:200]


def _standard(name: str, value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    text = value.strip()
    if name == "name":
        return _text(text[:200]) if len(text) <= 200 else None
    if name == "language":
        return text if _LANGUAGE.fullmatch(text) else None
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        return None
    return text


def _declared(field: ContactField, value: Any, zone: Callable[[], ZoneInfo] | None) -> Any:
    match field.type:
        case "text":
            return _text(value.strip()) if isinstance(value, str) else None
        case "choice":
            return value.strip() if isinstance(value, str) and value.strip() in field.choices else None
        case "number":
            return _number(value)
        case "boolean":
            return value if isinstance(value, bool) else _TRUTHS.get(str(value).strip().lower())
        case "date":
            return _date(value)
        case "datetime":
            return _datetime(value, zone)
        case _:
            assert_never(field.type)


def _text(text: str) -> str | None:
    is_fit = len(text) <= LONGEST_TEXT and "\0" not in text and text.encode("utf-8", "ignore").decode() == text
    return text if is_fit else None


def _number(value: Any) -> int | float | None:
    if isinstance(value, str):
        if len(value) > 40 or not re.fullmatch(r"\s*[-+]?[0-9]+(\.[0-9]+)?\s*", value):
            return None
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if math.isfinite(value) and abs(value) < LARGEST_NUMBER else None


def _date(value: Any) -> str | None:
    try:
        return date.fromisoformat(value.strip()).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def _datetime(value: Any, zone: Callable[[], ZoneInfo] | None) -> str | None:
    """Return a moment in UTC; one without a zone could be any of them, unless the person's is known."""
    try:
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        if moment is not None and moment.tzinfo is None and zone is not None:
            moment = moment.replace(tzinfo=zone())
        return moment.astimezone(UTC).isoformat() if moment is not None and moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _wanted(name: str, field: ContactField) -> str:
    if name in STANDARD:
        return {
            "name": "a text of at most 200 characters",
            "language": "a language such as de or de-AT",
            "timeZone": "a time zone such as Europe/Berlin",
        }[name]
    return {
        "text": f"a text of at most {LONGEST_TEXT} characters",
        "number": "a number",
        "boolean": "true or false",
        "date": "a date such as 2026-11-27",
        "datetime": "a moment with its zone, such as 2026-11-27T09:30:00+01:00",
        "choice": f"one of {', '.join(field.choices)}"[:200],
    }[field.type]
