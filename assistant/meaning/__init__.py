"""What a message means in its conversation, after what the parser read in it."""
