"""The `hubkeeper` command."""
