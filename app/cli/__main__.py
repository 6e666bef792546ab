"""Lets `python -m app.cli` do what `hubkeeper` does."""

from app.cli.command import main

main()
