"""Looks after the service, and tells people when something is wrong or well again."""
