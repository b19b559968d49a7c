"""Claims: each a statement with its source, a check, and a verdict."""
