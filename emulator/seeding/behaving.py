"""A behaviour as it is written in world files, for the control plane and in Python, and as the world has it."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from emulator.seeding.kinds import read_base64, turn
from emulator.world.attachments import Upload
from emulator.world.behaviours import ANY_FORM, CONNECT, TIMER, Behaviour, Deed
from emulator.world.errors import Invalid

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from emulator.seeding.kinds import Who
    from emulator.seeding.parts import BehaviourPart, DoPart, FilePart, WhenPart

THE_SENDER = "{sender}"


class Names(Protocol):
    """What names mean. `place` is where in the part the name stands; it raises a Refused, or takes a note of it."""

    def user(self, who: Who, *place: str | int) -> int: ...

    def stream(self, which: str, *place: str | int) -> str: ...


@cache
def checker() -> TypeAdapter[BehaviourPart]:
    """What checks that something is a behaviour as it is written."""
    from pydantic import TypeAdapter

    from emulator.seeding import check, parts

    check.adapter()  # which makes the parts strict
    return TypeAdapter(parts.BehaviourPart)


def meant(part: BehaviourPart, names: Names) -> Behaviour:
    """The behaviour that is written."""
    when = part["when"]
    every = when.get("every")
    return Behaviour(
        id=part.get("id", ""),
        done=part.get("done", 0),
        event=when.get("event", TIMER),
        deeds=tuple(_deed(each, names, at) for at, each in enumerate(part["do"])),
        user=names.user(when["user"], "when", "user") if "user" in when else None,
        stream=names.stream(when["stream"], "when", "stream") if "stream" in when else None,
        contains=when.get("contains"),
        matches=when.get("matches"),
        form=when.get("form"),
        every=None if every is None else turn(every),
        after=part.get("afterMs", 0),
        times=part.get("times"),
        chain=part.get("chain", False),
    )


def _deed(part: DoPart, names: Names, at: int) -> Deed:
    form = part.get("submitForm")
    connect, other = None, THE_SENDER
    for name in CONNECT:
        if name in part:
            if connect is not None:
                raise Invalid(f"a deed is either of {' and '.join(CONNECT)}")
            connect, other = name, part[name]  # type: ignore[literal-required]
    return Deed(
        user=names.user(part["as"], "do", at, "as"),
        after=part.get("afterMs", 0),
        send=part.get("send"),
        files=tuple(_upload(each) for each in part.get("upload", ())),
        presence=part.get("presence"),
        join=names.stream(part["join"], "do", at, "join") if "join" in part else None,
        connect=connect,
        other=None if other == THE_SENDER else names.user(other, "do", at, connect or ""),
        form=None if form is None else form.get("formId", ANY_FORM),
        values=None if form is None or "values" not in form else tuple(form["values"].items()),
    )


def _upload(part: FilePart) -> Upload:
    from emulator.seeding.files import content_of  # with zipfile, which few worlds need

    if "base64" in part:
        return Upload(name=part["name"], content=read_base64(part["base64"]))
    content = part.get("content")
    return Upload(name=part["name"], content=content_of(part["name"]) if content is None else content.encode())


def written(behaviour: Behaviour) -> tuple[WhenPart, list[DoPart]]:
    """What a behaviour waits for and does, as it would be written, with users and streams by id."""
    when = {
        "event": None if behaviour.every else behaviour.event,
        "every": behaviour.every,
        "stream": behaviour.stream,
        "user": behaviour.user,
        "contains": behaviour.contains,
        "matches": behaviour.matches,
        "form": behaviour.form,
    }
    return _given(when), [_written(deed) for deed in behaviour.deeds]


def _written(deed: Deed) -> Any:
    files = [_file(each) for each in deed.files]
    form = {"formId": deed.form, "values": None if deed.values is None else dict(deed.values)}
    told = {
        "as": deed.user,
        "afterMs": deed.after or None,
        "send": deed.send,
        "upload": files or None,
        "presence": deed.presence,
        "join": deed.join,
        "submitForm": None if deed.form is None else _given(form),
    }
    if deed.connect is not None:
        told[deed.connect] = THE_SENDER if deed.other is None else deed.other
    return _given(told)


def _file(file: Upload) -> Any:
    try:
        return {"name": file.name, "content": file.content.decode()}
    except UnicodeDecodeError:
        return {"name": file.name, "base64": b64encode(file.content).decode()}


def _given(told: dict[str, Any]) -> Any:
    return {name: value for name, value in told.items() if value is not None}
