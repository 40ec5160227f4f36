"""Administration, for accounts of their own whose roles allow it (production/pod.md 3, 5, 10)."""
