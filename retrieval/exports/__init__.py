"""A catalogue written in each format: what export.py hands out."""
