"""Stage 5: the training graph. Torch modules, batches and the step, ready to run on one device."""
