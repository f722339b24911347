"""The addresses of people, as a caller names them: in the one form in which they are stored."""

from __future__ import annotations

from collections.abc import Iterable

from botflow.engine.inbound import CHAT
from botflow.errors import RejectedInbound
from botflow.interfaces import Channels, normal_address
from botflow.service.people.contact_models import PlaceOfContact

LONGEST_ADDRESS = 200


def places_of(channels: Channels, places: Iterable[PlaceOfContact]) -> list[tuple[str, str]]:
    """Return (channel, address) of each place, and of the channels on which the address is the same person's.

    RejectedInbound `contact.address` (422) for a channel that has no addresses, `address.invalid` (422).
    """
    found: dict[tuple[str, str], None] = {}
    for place in places:
        address = address_on(channels, place.channel, place.address)
        provider = channels.get(place.channel)
        names = provider.names if provider is not None else ()
        others = (name for name in names if name != place.channel and name in channels)
        found.update(dict.fromkeys((channel, address) for channel in (place.channel, *others)))
    return list(found)


def address_on(channels: Channels, channel: str, written: str) -> str:
    """Return an address as it is stored; RejectedInbound as for `places_of`."""
    if channel == CHAT and written.isprintable() and len(written) <= LONGEST_ADDRESS:
        return written
    if channel not in channels or len(written) > LONGEST_ADDRESS or not written.isprintable():
        raise RejectedInbound(
            f"there are no addresses on a channel {channel[:32]!r}",
            code="contact.address",
            hint=f"channels are {', '.join(sorted({*channels, CHAT}))}",
            status=422,
        )
    return normal_address(channels, channel, written)


def forms_of(channels: Channels, written: str) -> list[tuple[str, str]]:
    """Return where an address may be stored, of every channel that can have it; a visitor's id of the chat too."""
    forms = ((name, provider.normal_address(written)) for name, provider in channels.items())
    return [(name, form) for name, form in forms if form is not None] + [(CHAT, written)]
