"""`dynamic_evaluation`: gradient descent on the words that were scored."""
