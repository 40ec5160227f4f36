"""`pod.faults`: what goes wrong on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from emulator.api.presets import preset as preset_answer
from emulator.stage.faults import Fault
from emulator.stage.stage import Stage
from emulator.world.errors import Invalid


class FaultsOfPod:
    """The faults of a running emulator."""

    def __init__(self, stage: Stage, do: Callable[[Callable[[], Any]], Any]) -> None:
        self._stage, self._do = stage, do

    def add(
        self,
        path: str | None = None,
        *,
        method: str | None = None,
        app: str | None = None,
        user: str | int | None = None,
        preset: str | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        delay_ms: int = 0,
        drop_connection: bool = False,
        half_answer: bool = False,
        times: int | None = None,
        skip: int = 0,
        probability: float = 1,
    ) -> Fault:
        """Let calls fail: with a `preset`, an answer that production was seen to give (`emulator.api.presets.PRESETS`);
        with a `status` (and headers, body), late (`delay_ms`), with a connection that is dropped, or with half of the
        answer. `path` is exact, as in the table, or has `*`. After `skip` calls `times` are hit. Invalid when it would
        do nothing."""
        if preset is not None:
            if status is not None:
                raise Invalid("a fault has either a preset or a status")
            status, headers, body = preset_answer(preset, self._stage.world.ids.seed)
        fault = Fault(
            method=method.upper() if method else None,
            path=path,
            app=app,
            user=None if user is None else str(user),
            status=status,
            headers=tuple((headers or {}).items()),
            body=body,
            delay=delay_ms,
            drop=drop_connection,
            half=half_answer,
            times=times,
            skip=skip,
            probability=probability,
        )
        added: Fault = self._do(lambda: self._stage.faults.add(fault))
        return added

    def list(self) -> list[Fault]:
        """The faults there are, with how many calls each met and hit."""
        found: list[Fault] = self._do(lambda: [*self._stage.faults.all.values()])
        return found

    def remove(self, fault: Fault) -> None:
        self._do(lambda: self._stage.faults.remove(fault.id))

    def clear(self) -> None:
        self._do(self._stage.faults.all.clear)
