"""What to write instead of words of other tools, and of a tag that does not end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_ONE_BRACE = re.compile(r"\{\{\s?([^\W0-9][\w.]{0,63})\s?\}(?!\})")
_BLOCK = re.compile(r"\{%-?\s?(if|for)\b")
_ANSWER = "an answer is its variable, or $node_id.value"
_INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "widgets": f"{_ANSWER}; the text of the message is $message.text",
        "trigger": "the message that has come is $message.text",
        "contact": "the person is $contact, as in $contact.name",
        "results": _ANSWER,  # RapidPro
        "fields": "the person is $contact, as in $contact.name",
        "json": "the output of a node is $node_id.field, the input $input.field",  # n8n
        "node": "the output of a node is $node_id.field",
        "slots": _ANSWER,  # Rasa
        "tracker": _ANSWER,
        "event": "the message that has come is $message.text",
        "user": "the person is $contact, as in $contact.name",
    }
)


def advice_on_variable(name: str) -> str:
    """Return what stands for a variable that another tool has, "" for a name that none of them has."""
    return _INSTEAD.get(name, "")


def advice_on_syntax(template: str) -> str:
    """Return a hint on a tag or a block that does not end, "" for any other template."""
    if found := _ONE_BRACE.search(template):
        return f"close it with two braces: {{{{ {found[1]} }}}}"
    blocks = _BLOCK.findall(template)
    open_block = next((word for word in ("if", "for") if blocks.count(word) > template.count(f"end{word}")), "")
    return f"close it with {{% end{open_block} %}}" if open_block else ""
