"""Sharing an article into a stream (production/agent.md 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from typing_extensions import TypedDict

from emulator.access.permissions import SEND_MESSAGES
from emulator.api.agent.compose import origin_of
from emulator.table.table import endpoint
from emulator.world.errors import Invalid
from emulator.world.messages import MARKDOWN, Content

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.api.requests.shares import Article, ShareContent

ARTICLE = "com.symphony.sharing.article"
_HEAD = '<div data-format="PresentationML" data-version="2.0">'


class V2Message(TypedDict):
    id: str
    timestamp: str
    v2messageType: str
    streamId: str
    message: str
    fromUserId: int
    attachments: list[Any]


def _check(article: Article) -> None:
    for name in ("title", "publisher", "author", "appId"):
        if not getattr(article, name):
            raise Invalid(f"the article has no '{name}'")
    if not article.articleId and not article.articleUrl:
        raise Invalid("the article has neither 'articleId' nor 'articleUrl'")
    for name in ("articleUrl", "thumbnailUrl", "appIconUrl"):
        url = getattr(article, name)
        if url and not url.startswith(("http://", "https://")):
            raise Invalid(f"'{name}' is not an http or https address")


def _content(article: Article) -> Content:
    """How the article looks in the stream: through what it was shared, its title, summary and link."""
    from html import escape

    from emulator.messageml import words_of

    shared = f"<i>Shared from {escape(article.appName or article.appId or '')}.</i>"
    pieces = [shared, f"<b>{escape(article.title or '')}</b>"]
    pieces += [escape(text) for text in (article.subTitle, article.message, article.summary) if text]
    pieces.append(escape(f"{article.publisher}, {article.author}"))
    if article.articleUrl:
        pieces.append(f'<a href="{escape(article.articleUrl)}">{escape(article.articleUrl)}</a>')
    texts = (article.title, article.subTitle, article.message, article.summary)
    return Content(
        presentationml=f"{_HEAD}{'<br/>'.join(pieces)}</div>",
        words=words_of(" ".join(text for text in texts if text)),
        characters=sum(len(piece) for piece in pieces),
        format=MARKDOWN,
    )


@endpoint(
    "POST",
    "/agent/v3/stream/{sid}/share",
    permissions=[SEND_MESSAGES],
    body="shares:ShareContent",
    returns="V2Message",
)
def share(call: Call) -> V2Message:
    """Share an article into a stream."""
    shared: ShareContent = call.body
    stream = call.world.streams.writable_by(call.user, call.id("sid"))
    if shared.type is None and call.world.settings.share_without_type == "refused":
        raise Invalid("there is no 'type' of what is shared: settings.shareWithoutType")
    if shared.type not in (None, ARTICLE):
        raise Invalid(f"'{shared.type}' cannot be shared, only {ARTICLE}")
    if shared.content is None:
        raise Invalid("there is no 'content' to share")
    _check(shared.content)
    fields = shared.content.model_dump()
    if call.caller.app is not None and shared.content.appId != call.caller.app.id:
        call.notes.append(f"the article's appId is '{shared.content.appId}', the app is '{call.caller.app.id}'")
    message = call.world.messages.post(call.user, stream, _content(shared.content), origin_of(call))
    return {
        "id": message.id,
        "timestamp": str(message.at),
        "v2messageType": "V2Message",
        "streamId": stream.id,
        "message": orjson.dumps({"type": ARTICLE, "content": fields}).decode(),
        "fromUserId": call.user.id,
        "attachments": [],
    }
