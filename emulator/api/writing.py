"""What leaves as bytes: JSON, and reasons fit for a header. An answer always arrives, whatever it quotes."""

from __future__ import annotations

from typing import Any

import orjson

_LONGEST_REASON = 500
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), 127)}


def as_json(body: Any) -> bytes:
    """A shape as JSON. Half characters, which UTF-8 has no bytes for, become U+FFFD; numbers may have any size."""
    try:
        return orjson.dumps(body)
    except TypeError:  # orjson.JSONEncodeError is one
        return _as_json_at_length(body)


def _as_json_at_length(body: Any) -> bytes:
    import json

    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def reason_header(reason: str) -> bytes:
    """A reason as a header can carry it: one line of printable ASCII, 500 characters at most."""
    line = " ".join(reason[: 2 * _LONGEST_REASON].split()).translate(_CONTROLS)
    return line.encode("ascii", "backslashreplace")[:_LONGEST_REASON]


def failure(cause: Exception) -> str:
    """What failed inside of the emulator, in one line."""
    return f"{type(cause).__name__}: {cause}"


def error(status: int, message: str) -> bytes:
    """The body of a refusal, in the real service's shape."""
    return as_json({"code": status, "message": message})
