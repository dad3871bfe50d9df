"""What to suggest to a shopper now, before being asked: candidates from several sources, ranked, each with a reason. docs/events.md."""
