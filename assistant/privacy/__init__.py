"""What is kept of shoppers: encrypted, masked, shown, erased, and passed on as counts only."""
