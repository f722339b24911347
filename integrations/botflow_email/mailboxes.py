"""Addresses of e-mails as a flow writes them: `ann@example.com`, `Ann <ann@example.com>`, lists, commas, templates.

A list is split at its commas before its templates are filled in. So a value never becomes two addresses: somebody who
answers "a@example.com, b@example.com" to a question for an address gives one that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from botflow.engine.scene import Scene
from botflow_email.errors import EmailFailure

LONGEST = 320 + 200  # characters of an address with its name
LONGEST_NAME = 100
_PART = re.compile(r'(?:\{\{.*?\}\}|"[^"]*"|[^,])+', re.DOTALL)
_NAMED = re.compile(r"(.*)<([^<>]*)>", re.DOTALL)
_SHAPE = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
# Whatever could end a line of a header, and marks that turn a text around.
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address, checked; `name` is what people see before it. `is_ascii`: any server takes it."""

    name: str
    local: str
    domain: str

    @property
    def address(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def is_ascii(self) -> bool:
        return self.address.isascii()


def one_line(text: str) -> str:
    """Return a text without control characters, line ends and doubled blanks."""
    return _UNSEEN.sub(" ", text).strip()


def parts_of(written: str) -> list[str]:
    """Return the addresses in a text, before templates are filled in; a text with statements is one part."""
    return [written] if "{%" in written else [part for part in _PART.findall(written) if part.strip()]


def has_shape(written: str) -> bool:
    """Say whether a text without templates looks like an address, maybe with a name."""
    return len(written) <= LONGEST and _SHAPE.fullmatch(_split(written)[1]) is not None


def rendered(written: Iterable[str], scene: Scene, most: int) -> list[str]:
    """Fill in the templates of addresses, and leave out empty ones; a template may be one list of addresses.

    EmailFailure `email.too_many` for more than `most`, `email.address` for a value that is no text.
    """
    found: list[str] = []
    for source in (part for text in written for part in parts_of(text)):
        for each in _texts(scene.render_value(source)):
            if each.strip():
                found.append(_written(each))
            if len(found) > most:
                raise EmailFailure(f"there are more than {most} recipients", code="email.too_many")
    return found


def _written(rendered: str) -> str:
    """Return an address in one form, its name between quotes: a comma in it is no comma of the list."""
    name, address = _split(rendered)
    return f'"{name}" <{address}>' if name else address


def _texts(value: Any) -> Iterator[str]:
    match value:
        case None:
            return
        case str():
            yield value
        case list():
            for each in value:
                if not isinstance(each, str):
                    raise EmailFailure("an address in a list is no text", code="email.address")
                yield each
        case _:
            raise EmailFailure("an address is no text", code="email.address")


def mailbox(written: str, role: str) -> Mailbox:
    """Return one checked address; EmailFailure `email.address`, which says in which `role` it was wrong."""
    from email_validator import EmailNotValidError, validate_email

    name, address = _split(written)
    try:
        if len(written) > LONGEST:
            raise EmailNotValidError("it is too long")
        found = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        raise EmailFailure(f"what is written under {role} is no e-mail address", code="email.address") from None
    return Mailbox(name=name, local=found.local_part, domain=found.ascii_domain)


def _split(written: str) -> tuple[str, str]:
    """Return the name, without quotes, and the address."""
    line = one_line(written[: LONGEST + 1])
    named = _NAMED.fullmatch(line)
    if named is None:
        return "", line
    name = named[1].strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = name[1:-1]
    return name.replace('"', "'").replace("\\", "")[:LONGEST_NAME].strip(), named[2].strip()
