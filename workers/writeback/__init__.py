"""Writes back what the actions asked for, one kind of change per module."""
