"""What HubSpot said, and what became of it."""
