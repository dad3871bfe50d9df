"""Labelled messages: read, multiplied, and what a parser or a whole dialogue is measured with on them."""
