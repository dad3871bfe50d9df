"""What buyers say: reviews read, kept by sentence, each with its tone and its aspect."""
