"""The web process: the door for webhooks, and its health."""

from app.web.application import create_app

__all__ = ["create_app"]
