"""Simulated shoppers: what they want, how they say it, and what comes of it."""
