"""Feeds in the world's formats, cell by cell: what feed.py reads products from."""
