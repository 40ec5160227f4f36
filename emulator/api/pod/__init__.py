"""The pod: sessions, users, connections, presence, streams, rooms."""
