"""Experiments on the assistant itself: who gets what, what came of it, and what can be said of it at any time. docs/experiments.md."""
