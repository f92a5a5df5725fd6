"""Steps from one schema to the next, run by `engine.store.migrate`. A released step never changes."""
