"""Guards over the whole tree. Each rule is a function over source text, and each is shown to see a breach."""
