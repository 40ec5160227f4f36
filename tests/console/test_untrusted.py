"""What others wrote cannot act in the reader's page."""

from __future__ import annotations

import json
from typing import Any

from .conftest import Open

VECTORS = [
    "<script>window.hit = 1</script>",
    "<div><script xmlns='http://www.w3.org/1999/xhtml'>window.hit = 1</script></div>",
    "<img src='x' onerror='window.hit = 1'/>",
    "<div onclick='window.hit = 1' onmouseover='window.hit = 1'>x</div>",
    "<a href='javascript:window.hit = 1'>x</a>",
    "<a href=' java&#10;script:window.hit = 1'>x</a>",
    "<a href='data:text/html,&lt;script&gt;window.hit=1&lt;/script&gt;'>x</a>",
    "<svg xmlns='http://www.w3.org/2000/svg' onload='window.hit = 1'><script>window.hit = 1</script></svg>",
    "<math xmlns='http://www.w3.org/1998/Math/MathML'><mtext><img src='x' onerror='window.hit = 1'/></mtext></math>",
    "<iframe src='javascript:window.hit = 1'/>",
    "<iframe srcdoc='&lt;script&gt;parent.hit = 1&lt;/script&gt;'/>",
    "<object data='data:text/html,x'/><embed src='x'/><link rel='stylesheet' href='x'/><meta http-equiv='refresh'/>",
    "<form id='f' action='https://evil.example'><button type='action' name='b' formaction='javascript:hit=1'>x</button>"
    "<input type='image' src='x' onerror='window.hit = 1'/></form>",
    "<div style='background-color: url(https://evil.example/x)'>x</div>",
    "<div style='position: fixed; inset: 0; z-index: 999; color: red'>x</div>",
    "<p class='tempo-text-color--red skip bar' id='main'>x</p>",
    "<dialog open='' data-state='open'><script>window.hit = 1</script></dialog>",
    "<audio src='https://evil.example/x.mp3' autoplay='true' onerror='window.hit = 1'/>",
    "<img src='https://evil.example/x.png' alt='a picture'/>",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>window.hit = 1</x:script>",
    "<template><img src='x' onerror='window.hit = 1'/></template>",
    "<not-closed <script>window.hit = 1</script>",
    "<div>" * 500 + "deep" + "</div>" * 500,
]
FORBIDDEN = (
    "script, style, iframe, object, embed, link, meta, base, math, video, audio, template, [srcdoc], [formaction]"
)


def rendered(page: Any, vector: str, data: str = "{}") -> dict[str, Any]:
    """What became of a message: put into the page, pressed, hovered."""
    result: dict[str, Any] = page.evaluate(
        """async ([markup, data, forbidden]) => {
        const { rendered } = await import(new URL("console/markup.js", location.href));
        const box = document.createElement("div");
        box.append(...rendered(markup, data, { me: 1, message: "m", submit() {}, people() { return []; }, act() {} }));
        document.getElementById("main").replaceChildren(box);
        for (const node of box.querySelectorAll("*")) {
          if (node.tagName !== "A" && node.tagName !== "BUTTON") node.click?.();
          node.dispatchEvent(new Event("mouseover", { bubbles: true }));
        }
        await new Promise((after) => requestAnimationFrame(() => setTimeout(after)));
        const names = [...box.querySelectorAll("*")].flatMap((node) => [...node.attributes].map((each) => each.name));
        return {
          hit: window.hit ?? null,
          forbidden: [...box.querySelectorAll(forbidden)].map((node) => node.outerHTML),
          handlers: names.filter((name) => name.startsWith("on")),
          ids: [...box.querySelectorAll("[id]")].map((node) => node.id),
          positions: [...box.querySelectorAll("*")].map((node) => node.style.position).filter(Boolean),
          links: [...box.querySelectorAll("a")].map((node) => [node.href, node.rel]),
          images: [...box.querySelectorAll("img")].map((node) => node.src),
          text: box.textContent,
          html: box.innerHTML,
        };
      }""",
        [f'<div data-format="PresentationML" data-version="2.0">{vector}</div>', data, FORBIDDEN],
    )
    return result


def test_nothing_that_acts_comes_through(console: Open) -> None:
    page = console(hostile=True)
    page.get_by_text("Who are you?").wait_for()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for vector in VECTORS:
        became = rendered(page, vector)
        assert became["hit"] is None, vector
        assert became["forbidden"] == [], vector
        assert became["handlers"] == [], vector
        assert became["positions"] == [], vector
        assert became["images"] == [], vector
        assert "main" not in became["ids"], vector
        for href, rel in became["links"]:
            assert href.startswith("https://"), vector
            assert rel == "noopener noreferrer"
    assert [url for url in asked if "/console/" not in url and "/emulator/v1/" not in url] == []


def test_entities_decide_and_not_the_text(console: Open) -> None:
    page = console()
    page.get_by_text("Who are you?").wait_for()
    user = {"type": "com.symphony.user.mention", "id": [{"value": "1"}]}
    hostile = {"type": "org.symphonyoss.taxonomy", "id": [{"value": "<img src=x onerror='window.hit = 1'>"}]}
    data = json.dumps({"m": user, "t": hostile})
    markup = '<span class="entity" data-entity-id="m">@Me</span><span class="entity" data-entity-id="t">#a</span>'
    became = rendered(page, markup + '<span class="entity" data-entity-id="constructor">@Nobody</span>', data)
    assert became["hit"] is None
    assert became["images"] == []
    assert 'class="mention me"' in became["html"]
    assert "#<img src=x" in became["text"]
    assert became["html"].count("mention") == 1
