"""Health and version of the agent; nobody needs a session for them (production/agent_signals_events.md 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.api.agent.shapes import USER_AGENT
from emulator.api.call import address
from emulator.table.table import endpoint

if TYPE_CHECKING:
    from emulator.api.call import Call

POD_VERSION = "24.1.1-411-36efd5b"
DATAFEED_VERSION = "2.11.6"
AGENT_VERSION = "25.8.1-778"


@endpoint("GET", "/agent/v3/health", auth="none", returns="V3Health")
def health(_: Call) -> dict[str, Any]:
    """Whether the agent is up."""
    return {"status": "UP"}


@endpoint("GET", "/agent/v3/health/extended", auth="none", returns="V3Health")
def health_extended(_: Call) -> dict[str, Any]:
    """Whether the agent and what it stands on are up."""
    account = {"authType": "RSA", "status": "UP"}
    return {
        "services": {
            "pod": {"status": "UP", "version": POD_VERSION},
            "key_manager": {"status": "UP", "version": POD_VERSION},
            "datafeed": {"status": "UP", "version": DATAFEED_VERSION},
        },
        "status": "UP",
        "users": {"agentservice": account, "ceservice": account},
        "version": AGENT_VERSION,
    }


@endpoint("GET", "/agent/v1/info", auth="none", returns="AgentInfo")
def info(call: Call) -> dict[str, Any]:
    """What agent this is. Its addresses are those that it advertises, or by which the client called."""
    url = address(call.scope)
    return {
        "ipAddress": "127.0.0.1",
        "hostname": "agent-1",
        "serverFqdn": url,
        "version": USER_AGENT,
        "url": f"{url}/agent",
        "onPrem": False,
        "mt": True,
        "commitId": "4a3512e70e46476d",
    }
