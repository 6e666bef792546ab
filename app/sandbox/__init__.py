"""A HubSpot that runs on your machine."""
