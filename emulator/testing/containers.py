"""The emulator in a container, with Testcontainers, which the extra `testcontainers` brings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from testcontainers.core.container import DockerContainer

from emulator.testing.served import ServedPod

if TYPE_CHECKING:
    from typing import Self

PORT = 8080


class SymphonyContainer(DockerContainer):
    """A pod in a container of an image that your team built; `pod` speaks to it, once it is up.

    ```
    with SymphonyContainer("registry.acme.example/symphony-emulator@sha256:...") as container:
        alice = container.pod.client("alice", "acme-desk")
    ```

    Flags of `serve` are variables: `.with_env("SYMPHONY_EMULATOR_WORLD", "/world.yaml")`.
    """

    def __init__(self, image: str, **options: Any) -> None:
        super().__init__(image, **options)
        self._token = os.urandom(24).hex()
        self.with_exposed_ports(PORT)
        self.with_env("SYMPHONY_EMULATOR_CONTROL_TOKEN", self._token)

    def start(self) -> Self:
        super().start()
        self.pod = ServedPod(self.url, self._token).wait()
        return self

    def stop(self, *args: Any, **options: Any) -> None:
        if "pod" in self.__dict__:
            self.pod.close()
        super().stop(*args, **options)

    @property
    def url(self) -> str:
        """The address of the pod, as this machine reaches it."""
        return f"http://{self.get_container_host_ip()}:{self.get_exposed_port(PORT)}"
