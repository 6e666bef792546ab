"""The sandbox's web page."""
