"""Worlds out of YAML files, and growth out of a corpus."""
