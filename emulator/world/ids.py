"""Ids as production makes them (production/pod.md 1.4), and the world's only source of randomness."""

from __future__ import annotations

import base64
import random
import uuid
from urllib.parse import quote

_STREAM = b"t"
_MESSAGE = b"m"
_EVENT = b"o"
_POD_SHIFT = 36
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_EVENTS, _STRIDE = len(_LETTERS) ** 6, 35_135_674_297
"""So many ids of events there are, and a number without a common factor: its multiples meet each of them once."""
_LIFE = 10_000_000
"""So many events one life of a world may have before their ids come to those of the next."""
_TO_URL_SAFE = str.maketrans("+/", "-_", "=")


def user_id(pod: int, number: int) -> int:
    """The id of the `number`-th user of a pod: the upper bits carry the pod, so that clients can read it off."""
    return (pod << _POD_SHIFT) | number


def pod_of(user: int) -> int:
    """The pod (company) that a user id belongs to."""
    return user >> _POD_SHIFT


def url_safe(stream_or_message: str) -> str:
    """An id as the API writes it. Clients also send standard base64, escaped, with or without padding."""
    return stream_or_message.translate(_TO_URL_SAFE)


def standard(stream_or_message: str) -> str:
    """The same id in standard base64, as the few places write it that never became URL-safe."""
    padded = stream_or_message.replace("-", "+").replace("_", "/")
    return padded + "=" * (-len(padded) % 4)


class IdSource:
    """New ids, none of them twice, whatever is restored meanwhile. The same seed and the same calls give the same."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._events = 0
        self._random = random.Random(seed)  # noqa: S311 - ids must repeat from a seed; secrets are made in `access`

    def _id(self, at: int, kind: bytes) -> str:
        raw = self._random.randbytes(16) + ((1 << 63) - 1 - at).to_bytes(8, "big") + kind
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def stream(self, at: int) -> str:
        """16 random bytes, the time counted backwards, the letter t: 34 characters that end in `dA`."""
        return self._id(at, _STREAM)

    def message(self, at: int) -> str:
        """As a stream's, with the letter m: 34 characters that end in `bQ`."""
        return self._id(at, _MESSAGE)

    def event_of(self, at: int) -> str:
        """As a message's, with the letter o: what events carry that are of no message. Ends in `bw`."""
        return self._id(at, _EVENT)

    def file(self) -> str:
        """16 random bytes in standard Base64, percent-escaped: the end of an attachment's id."""
        return quote(base64.b64encode(self._random.randbytes(16)), safe="")

    def object(self, at: int) -> str:
        """24 hex digits that begin with the second of creation: signals, barriers' groups and policies."""
        return f"{at // 1000:08x}{self._random.getrandbits(64):016x}"

    def uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def hex(self, digits: int) -> str:
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"

    def event(self) -> str:
        """Six letters and digits, as real-time events carry. Drawn by chance, two of a long run would be the same."""
        self._events += 1
        number, letters = self._events * _STRIDE % _EVENTS, ""
        for _ in range(6):
            number, letter = divmod(number, len(_LETTERS))
            letters += _LETTERS[letter]
        return letters

    def reseed(self, seed: str, life: int | None = None) -> None:
        """Draw other ids from now on; those of another life, the how-manyeth, where that is given."""
        self._random.seed(seed)
        if life is not None:
            self._events = life * _LIFE
