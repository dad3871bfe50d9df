"""A shop's rules: its pages read, cut into passages, and found by a question."""
