"""Replies worded by a large model: who writes, what may be said, and the check of every sentence."""
