"""The web process: the door for webhooks, and its health."""
