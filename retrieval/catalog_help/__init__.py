"""What a shop could put right in its catalogue, as suggestions to accept."""
