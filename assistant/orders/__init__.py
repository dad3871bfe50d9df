"""Orders: the border to a shop's order system, the ways to it, its rules and its log."""
