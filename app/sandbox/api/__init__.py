"""HubSpot's HTTP API: shapes of requests and replies, without rules."""
