"""The calls of docs/api.md, a file for each part: a request into a call of the assistant, what it gives into JSON."""
