"""The offline Symphony: an emulator of a Symphony pod and agent."""

__version__ = "0.1.0"
