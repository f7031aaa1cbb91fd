"""How trained weights change at test time."""
