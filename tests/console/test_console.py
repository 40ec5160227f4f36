"""What a person does in the console, and what the emulator then holds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator import Emulator

from .conftest import Open

FORM = (
    '<messageML><form id="quote"><h3>Quote request</h3>'
    '<text-field name="quantity" label="Quantity" required="true" pattern="^[0-9]+$"'
    ' pattern-error-message="A number"/><textarea name="note" label="Note"/>'
    '<checkbox name="firm" value="yes">Firm</checkbox><radio name="side" value="buy" checked="true">Buy</radio>'
    '<person-selector name="who" label="Who"/>'
    '<button name="send" type="action">Send request</button></form></messageML>'
)


def session(pod: Emulator, user: str) -> dict[str, str]:
    opened = httpx.post(f"{pod.url}/emulator/v1/tokens", json={"user": user}).json()
    return {"sessionToken": opened["token"], "keyManagerToken": opened["keyManagerToken"]}


def room(pod: Emulator, name: str) -> str:
    world = httpx.get(f"{pod.url}/emulator/v1/world").json()
    return str(next(each["id"] for each in world["streams"] if each["name"] == name))


def said(pod: Emulator, user: str, text: str, stream: str = "Trading Desk") -> None:
    body = {"from": user, "stream": stream, "message": text}
    httpx.post(f"{pod.url}/emulator/v1/messages", json=body).raise_for_status()


def kept(page: Any, name: str) -> None:
    """A picture, where SYMPHONY_CONSOLE_SHOTS names a folder for them."""
    folder = os.environ.get("SYMPHONY_CONSOLE_SHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_a_person_chooses_who_they_are_and_sees_their_streams(console: Open) -> None:
    page = console()
    page.get_by_text("Alice Adams").click()
    page.wait_for_url("**/?as=alice#/chat")
    page.get_by_role("navigation", name="Streams of Alice Adams").get_by_text("Trading Desk").click()
    page.get_by_role("log").get_by_text("Good morning. Rates are up.").wait_for()
    assert page.locator(".person[data-off]").count() == 0


def test_two_people_chat_side_by_side(pod: Emulator, console: Open) -> None:
    page = console(f"?as=alice&beside=carol#/chat/{room(pod, 'Acme x Globex')}")
    left = page.get_by_role("region", name="Acme x Globex, as Alice Adams")
    right = page.get_by_role("region", name="Acme x Globex, as Carol Chen")
    left.get_by_role("textbox").fill("Can you show **2m** $IBM?")
    left.get_by_role("textbox").press("Enter")
    right.get_by_text("Can you show").wait_for()
    assert right.locator(".message b", has_text="2m").count() == 1
    assert right.locator(".tag.cash", has_text="$IBM").count() == 1
    right.get_by_role("textbox").fill("101.41, good for 2 minutes")
    right.get_by_role("button", name="Send").click()
    left.get_by_text("101.41, good for 2 minutes").wait_for()
    kept(page, "beside-1280-dark")


def test_what_is_said_elsewhere_counts_as_unread_and_a_mention_is_marked(pod: Emulator, console: Open) -> None:
    page = console(f"?as=alice#/chat/{room(pod, 'Acme x Globex')}")
    page.get_by_text("Hello from Globex.").first.wait_for()
    said(pod, "bob", '<messageML><mention email="alice@acme.example"/> firm it up?</messageML>')
    row = page.locator(".stream", has_text="Trading Desk")
    row.locator(".count[data-mention]").wait_for()
    row.click()
    page.locator(".message[data-mine]", has_text="firm it up?").wait_for()
    assert row.locator(".count").count() == 0


def test_a_form_is_validated_and_goes_to_the_bot_that_sent_it(pod: Emulator, console: Open) -> None:
    bot = session(pod, "acme-bot")
    feed = httpx.post(f"{pod.url}/agent/v5/datafeeds", headers=bot, json={}).json()["id"]
    said(pod, "acme-bot", FORM)
    page = console(f"?as=alice#/chat/{room(pod, 'Trading Desk')}")
    form = page.locator("form[data-form=quote]")
    form.get_by_label("Quantity").fill("2 million")
    form.get_by_role("button", name="Send request").click()
    assert form.locator(".why").inner_text() == "A number"
    kept(page, "chat-1280-dark")
    form.get_by_label("Quantity").fill("2000000")
    form.get_by_role("button", name="Send request").click()
    form.get_by_text("Sent at").wait_for()
    assert form.get_by_role("button", name="Send request").is_disabled()
    read = httpx.post(f"{pod.url}/agent/v5/datafeeds/{feed}/read", headers=bot, json={}).json()
    (action,) = [each for each in read["events"] if each["type"] == "SYMPHONYELEMENTSACTION"]
    assert action["initiator"]["user"]["username"] == "alice"
    # An unfilled text is empty, an unchecked box absent, nobody chosen an empty list.
    assert action["payload"]["symphonyElementsAction"]["formValues"] == {
        "action": "send",
        "quantity": "2000000",
        "note": "",
        "side": "buy",
        "who": [],
    }


def test_a_permission_is_taken_away_and_the_next_call_is_refused_with_its_reason(pod: Emulator, console: Open) -> None:
    desk = f"?as=alice&app=acme-desk#/chat/{room(pod, 'Trading Desk')}"
    page = console(desk)
    page.get_by_role("log").get_by_text("Good morning. Rates are up.").wait_for()
    other = console("?as=alice#/permissions")
    switch = other.get_by_role("switch", name="SEND_MESSAGES of acme-desk")
    assert switch.get_attribute("aria-checked") == "true"
    switch.click()
    other.locator('[role=switch][aria-checked=false][data-switch="acme-desk SEND_MESSAGES"]').wait_for()
    page.get_by_role("textbox", name="Message Trading Desk").fill("Firm: 2m at 101.42")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("app 'acme-desk' has no permission SEND_MESSAGES").wait_for()
    kept(page, "refused-1280-dark")
    other.locator(".matrix .denied").wait_for()
    kept(other, "permissions-1280-dark")
    page.get_by_role("link", name="See the call").click()
    page.locator("tr[data-status='4']").first.click()
    page.get_by_role("complementary", name="The call").get_by_text("has no permission SEND_MESSAGES").wait_for()
    kept(page, "calls-1280-dark")
    page.goto(f"{pod.url}/{desk}")
    page.get_by_role("textbox", name="Message Trading Desk").fill("Firm again")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Allow and send").click()
    page.locator(".message:not([data-refused])", has_text="Firm again").wait_for()


def test_who_may_not_write_to_somebody_reads_why(console: Open) -> None:
    page = console("?as=alice#/chat")
    page.get_by_label("Find a stream or person").fill("ivan")
    page.locator("button.person", has_text="Ivan Ivanov").click()
    assert "barrier" in page.get_by_role("alert").inner_text()


def test_a_connection_request_is_accepted(pod: Emulator, console: Open) -> None:
    page = console("?as=alice#/chat")
    page.get_by_role("button", name="Accept Erin Evans").click()
    page.locator(".asking").wait_for(state="detached")
    connections = httpx.get(f"{pod.url}/pod/v1/connection/list?status=ACCEPTED", headers=session(pod, "alice")).json()
    assert len(connections) == 2


def test_a_file_goes_up_and_shows(console: Open, pod: Emulator) -> None:
    page = console(f"?as=alice#/chat/{room(pod, 'Trading Desk')}")
    page.get_by_label("Files", exact=True).set_input_files(
        [{"name": "axes.csv", "mimeType": "text/csv", "buffer": b"IBM,101.38,101.42\n"}]
    )
    page.get_by_role("textbox", name="Message Trading Desk").fill("Axes:")
    page.keyboard.press("Enter")
    file = page.get_by_role("log").get_by_role("button", name="axes.csv")
    with page.expect_download() as download:
        file.click()
    assert Path(download.value.path()).read_bytes() == b"IBM,101.38,101.42\n"


def test_a_suppressed_message_goes_from_the_screen(pod: Emulator, console: Open) -> None:
    page = console(f"?as=alice#/chat/{room(pod, 'Trading Desk')}")
    said(pod, "bob", "not for here")
    message = page.locator(".message", has_text="not for here")
    message_id = message.get_attribute("data-message")
    address = f"{pod.url}/pod/v1/admin/messagesuppression/{message_id}/suppress"
    httpx.post(address, headers=session(pod, "heidi")).raise_for_status()
    page.get_by_text("A message of Bob Brown was suppressed.").wait_for()
    assert message.count() == 0


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("width", [400, 1600])
def test_it_fits_narrow_and_wide(pod: Emulator, console: Open, width: int, theme: str) -> None:
    page = console(f"?as=alice#/chat/{room(pod, 'Trading Desk')}", width=width, height=800, theme=theme)
    page.get_by_role("log").get_by_text("Good morning. Rates are up.").wait_for()
    page.locator(".messages .message").last.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.get_by_role("textbox", name="Message Trading Desk").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    kept(page, f"chat-{width}-{theme}")


def test_a_world_beside_has_a_console_of_its_own(pod: Emulator, console: Open) -> None:
    httpx.post(f"{pod.url}/emulator/v1/worlds", json={"name": "beside"}).raise_for_status()
    page = console("worlds/beside?as=bob#/chat")
    page.get_by_role("navigation", name="Streams of Bob Brown").get_by_text("Trading Desk").click()
    page.get_by_role("textbox", name="Message Trading Desk").fill("only here")
    page.keyboard.press("Enter")
    page.get_by_role("log").get_by_text("only here").wait_for()
    found = httpx.get(f"{pod.url}/worlds/beside/emulator/v1/requests?path=/agent/*/message/create").json()
    assert [each["user"] for each in found] == ["bob"]
    httpx.delete(f"{pod.url}/emulator/v1/worlds/beside").raise_for_status()


@pytest.mark.skipif("SYMPHONY_CONSOLE_AXE" not in os.environ, reason="SYMPHONY_CONSOLE_AXE names no axe.min.js")
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_an_accessibility_checker_finds_nothing_serious(pod: Emulator, console: Open, theme: str) -> None:
    said(pod, "acme-bot", FORM)
    checker = Path(os.environ["SYMPHONY_CONSOLE_AXE"]).read_text()
    desk = f"?as=alice#/chat/{room(pod, 'Trading Desk')}"
    seen = [
        ("", ".person"),
        (desk, "form.elements"),
        ("?as=alice#/calls", ".journal"),
        ("?as=alice#/permissions", "td"),
    ]
    for address, shown in seen:
        page = console(address, theme=theme)
        page.locator(shown).first.wait_for()
        page.evaluate(checker)
        found = page.evaluate("axe.run().then((done) => done.violations)")
        assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == [], address
