"""Every endpoint, declared once: what it is called, what it needs, how a path finds it. Nothing here knows a world."""
