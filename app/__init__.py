"""The service: the door, the store, the client of HubSpot, and the sandbox."""
