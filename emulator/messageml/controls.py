"""What all controls of a form share: label, title, name of the form. production/messageml.md 6.4."""

from __future__ import annotations

from emulator.messageml import checks, java
from emulator.messageml.element import Check, Element, Message
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.writing import attribute, escaped

LABEL_LIMIT = 256
NOVALIDATE = "data-formnovalidate"


def same(*names: str) -> dict[str, str]:
    """Attributes that are stored under their own name."""
    return {name: name for name in names}


def check_labels(_message: Message, element: Element) -> None:
    """The length of a control's label and title."""
    for name in ("label", "title"):
        value = element.get(name)
        if value is not None and java.length(value) > LABEL_LIMIT:
            raise InvalidMessage(f"The attribute {name} value is too long. Max length is: {LABEL_LIMIT}")


CONTROL: tuple[Check, ...] = (check_labels, *checks.boolean("formnovalidate", NOVALIDATE), checks.in_form)


def read_control(message: Message, element: Element, name: str, value: str) -> None:
    """Stores an attribute; a PresentationML `id` fetches the label and the title written for it before."""
    if name == "id":
        if value in message.titles:
            element.attributes["title"] = message.titles[value]
        if value in message.labels:
            element.attributes["label"] = message.labels[value]
    else:
        element.attributes[name] = value


def labelled(message: Message, element: Element, group: str, head: str, tail: str) -> tuple[str, str]:
    """`head` (a start tag without its end) and `tail`, with the label and title around them if there are any."""
    label, title = element.get("label"), element.get("title")
    if label is None and title is None:
        return head, tail
    identifier = f"{group}-{message.short_id()}"
    before = f'<div class="{group}-group" data-generated="true">'
    if label is not None:
        before += f"<label{attribute('for', identifier)}>{escaped(label)}</label>"
    if title is not None:
        before += f'<span class="info-hint"{attribute("data-target-id", identifier)}'
        before += f"{attribute('data-title', title)}></span>"
    return f"{before}{head}{attribute('id', identifier)}", f"{tail}</div>"
