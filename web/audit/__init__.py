"""The pages of those who check: one case told from its events, and the proof of them."""
