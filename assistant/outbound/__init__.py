"""What goes to the shop: carts for its checkout, conversations for its staff, and what they answer."""
