"""A second reader: what MiniLM makes of each word of a message and of the whole, to choose among the language model's readings."""
