"""What sharing an article sends."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from emulator.api.requests.params import Wire

Text = Annotated[str, Field(max_length=60_000)]
Seconds = Annotated[int, BeforeValidator(lambda value: None if value == "" else value)]


class Article(Wire):
    """The thirteen fields of a shared article, in the order of the specification."""

    articleId: Text | None = None
    title: Text | None = None
    subTitle: Text | None = None
    message: Text | None = None
    publisher: Text | None = None
    publishDate: Seconds | None = None
    thumbnailUrl: Text | None = None
    author: Text | None = None
    articleUrl: Text | None = None
    summary: Text | None = None
    appId: Text | None = None
    appName: Text | None = None
    appIconUrl: Text | None = None


class ShareContent(Wire):
    type: str | None = None
    content: Article | None = None
