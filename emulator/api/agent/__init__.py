"""The agent: messages, search, signals, health."""
