"""What shoppers did: kept, read in and written out, and what is counted from it."""
