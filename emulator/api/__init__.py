"""The wire: the REST API that real clients speak."""
