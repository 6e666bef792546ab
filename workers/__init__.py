"""The engine: claims contacts, runs the actions, writes the difference back."""
