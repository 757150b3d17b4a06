"""X12: the tokenizer and envelope under every reader, the 837 writer, and the readers of acknowledgments."""
