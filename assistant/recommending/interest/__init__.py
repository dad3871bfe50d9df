"""How probably a visitor chooses a product, learnt from a shop's own events: what suggestions are ordered by. docs/events.md."""
