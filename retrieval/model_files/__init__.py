"""The files of the pinned models: what the lock says of them, where they come from, and how one is made ready."""
