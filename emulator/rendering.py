"""MessageML as the world stores it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world.errors import Invalid
from emulator.world.messages import Content

if TYPE_CHECKING:
    from emulator.messageml.element import Directory
    from emulator.world.world import World


def rendered(
    world: World, users: Directory, message: str | None, data: str | None = None, version: str | None = None
) -> Content:
    """What a message says; Invalid with the agent's text when MessageML refuses it. `users` is who can be mentioned."""
    from emulator.messageml import InvalidMessage, convert  # not paid for before the first message

    try:
        done = convert(
            message,
            data,
            version,
            users=users,
            schemes=frozenset(world.settings.protocols),
            short_id=lambda: world.ids.hex(8),
        )
    except InvalidMessage as invalid:
        raise Invalid(str(invalid)) from None
    return Content(
        presentationml=done.presentationml,
        data=done.data,
        words=done.words,
        characters=len(done.markdown),
        hashtags=done.hashtags,
        cashtags=done.cashtags,
        mentions=done.mentions,
        entities=done.entities,
        forms=done.forms,
    )
