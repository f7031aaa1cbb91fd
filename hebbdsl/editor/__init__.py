"""What editors ask of a spec while it is written: pure functions, and a server that asks them."""
