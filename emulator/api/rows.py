"""All modules that declare endpoints: importing this fills the table."""

from emulator.api import app_users as app_users
from emulator.api import login as login
from emulator.api import sessionauth as sessionauth
from emulator.api.agent import datafeeds as datafeeds
from emulator.api.agent import health as health
from emulator.api.agent import messages as messages
from emulator.api.agent import search as search
from emulator.api.agent import shares as shares
from emulator.api.agent import signals as signals
from emulator.api.pod import connections as connections
from emulator.api.pod import following as following
from emulator.api.pod import ims as ims
from emulator.api.pod import presence as presence
from emulator.api.pod import rooms as rooms
from emulator.api.pod import session as session
from emulator.api.pod import streams as streams
from emulator.api.pod import system as system
from emulator.api.pod import users as users
from emulator.api.pod.admin import apps as admin_apps  # noqa: F401
from emulator.api.pod.admin import barriers as admin_barriers  # noqa: F401
from emulator.api.pod.admin import conversations as admin_conversations  # noqa: F401
from emulator.api.pod.admin import users as admin_users  # noqa: F401
