"""What the reranker learns from: lists of products for a request, graded by people, by clicks or by a better order."""
