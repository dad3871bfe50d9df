"""The cross-encoder: its network, the text of a listing that it reads, and the reranker around it."""
