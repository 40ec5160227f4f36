"""What calls about the pod's settings send."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from emulator.api.requests.params import Skip, Wire


class Page(Wire):
    skip: Skip = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
