"""Tables, queries and the two databases."""
