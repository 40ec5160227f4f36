"""The one error of this room."""


class InvalidMessage(Exception):
    """The agent refuses the message; `str(error)` is the agent's text, on which clients match."""
