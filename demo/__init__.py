"""The demo shop: hand-written material, the script that expands it, and the result."""
