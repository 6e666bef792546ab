"""Talking to HubSpot, and knowing that it is HubSpot."""
