"""`mbpa`: memory-based parameter adaptation of the output rows, for each word or picture anew."""
