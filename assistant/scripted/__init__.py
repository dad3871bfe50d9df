"""Scripted dialogues at work: files read, stories played, recorded and made short. What a story may say stands in stories.py."""
