"""The bodies and queries of calls as pydantic models, imported when the first call needs them."""
