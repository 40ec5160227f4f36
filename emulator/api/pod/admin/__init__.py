"""Administration, for accounts of their own whose roles allow it (reference/pod.md 3, 5, 10)."""
