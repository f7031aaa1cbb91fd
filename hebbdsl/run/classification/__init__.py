"""Runs of classification: labelled examples, whose classes a curriculum may bring in."""
