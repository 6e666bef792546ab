"""Brings back what failed or never arrived: replays, reconcile, backfill."""
