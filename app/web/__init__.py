"""The web process: the door for webhooks, its health, and the dashboard."""

from app.web.application import create_app

__all__ = ["create_app"]
