"""A real browser against a real server. Without a browser, or what drives it, these tests are skipped by name.

The driver runs an event loop for as long as it is there: it ends with its module, so that other tests have theirs.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emulator import Emulator

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if BROWSER is None:
        pytest.skip("there is no Chromium on this machine")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Emulator]:
    with Emulator.start(world="demo") as pod:
        yield pod


@pytest.fixture
def pod(served: Emulator) -> Emulator:
    served.reset()
    return served


Open = Callable[..., Any]


@pytest.fixture
def console(chromium: Any, pod: Emulator) -> Iterator[Open]:
    """Opens the console; at the end no page may have had an error or broken the content policy."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def heard(message: Any) -> None:
        # A refused call is an error to the browser, and the product to us.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            wrong.append(message.text)

    def opened(
        address: str = "", width: int = 1280, height: int = 800, theme: str = "dark", hostile: bool = False
    ) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        if not hostile:  # what is parsed apart from the page is reported as blocked too
            page.on("console", heard)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"{pod.url}/{address}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
