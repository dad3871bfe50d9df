"""What kind of thing a listing is and what shoppers call it, the products of a named kind, and the kinds that belong together."""
