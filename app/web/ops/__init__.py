"""The ops API and the dashboard: what the commands show and do, over HTTP.

Both are off, and every path below /ops is a 404, unless OPS_TOKEN is set.
"""

from __future__ import annotations

from flask import Flask

from app.settings import Settings
from app.web.ops import api, site
from app.web.ops.desk import Desk
from app.web.ops.gate import Gate

__all__ = ["open_for"]


def open_for(app: Flask, settings: Settings) -> None:
    """Let people with the token in, if there is one."""
    if settings.ops_token:
        desk, gate = Desk(settings), Gate(settings)
        app.register_blueprint(api.build(desk, gate))
        app.register_blueprint(site.build(desk, gate))
