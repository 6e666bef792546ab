"""HubSpot's rules about records, without a word of HTTP."""
