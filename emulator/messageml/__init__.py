"""MessageML v2 and EntityJSON to PresentationML and EntityJSON: pure functions, usable alone.

    done = convert("<messageML>Hello <hash tag='world'/></messageML>")
    done.presentationml, done.data

The behaviour, down to the words of its errors, is that of the production agent: production/messageml.md.
"""

from emulator.messageml.convert import Converted, convert
from emulator.messageml.errors import InvalidMessage
from emulator.words import words_of

__all__ = ["Converted", "InvalidMessage", "convert", "words_of"]
