"""The one error of this room."""


class InvalidMessage(Exception):  # noqa: N818 - the public name, and what it means
    """The agent refuses the message; `str(error)` is the agent's text, on which clients match."""
