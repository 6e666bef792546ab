"""The settings: one frozen object from the environment, all problems at once."""

from app.settings.reading import Settings, from_environ, table, variable, variables

__all__ = ["Settings", "from_environ", "table", "variable", "variables"]
