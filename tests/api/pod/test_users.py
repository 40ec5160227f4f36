"""Users over the wire, where `tests/test_good_paths.py` does not make the call."""

from __future__ import annotations

from tests.conftest import Wire


def test_a_user_of_the_pod_by_username(wire: Wire) -> None:
    def named(username: str) -> tuple[int, bytes]:
        answer = wire.call("GET", f"/pod/v1/user/name/{username}/get", user="acme-bot", app=None)
        return answer.status_code, answer.content

    bob = wire.user("bob")
    found = wire.call("GET", "/pod/v1/user/name/bob/get", user="acme-bot", app=None)
    assert found.json() == {"id": bob.id, "emailAddress": bob.email}
    assert named("nobody") == (204, b"")
    assert named("carol") == (204, b""), "she is of another company"
    assert wire.call("GET", "/pod/v1/user/name/bob/get").status_code == 403, "apps have no permission for it"
