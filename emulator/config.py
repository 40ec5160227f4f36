"""Settings: flags, environment, defaults, in one model. Every flag is an environment variable too."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How to serve. Each field is the flag of the same name, and `SYMPHONY_EMULATOR_` with its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="SYMPHONY_EMULATOR_", extra="ignore")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    world: str = "demo"
    seed: int = 0
    users: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    rooms: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    messages: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    home: Path = Path(".symphony-emulator")
    permission_match: Literal["all", "any"] = "all"
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    quiet: bool = False
