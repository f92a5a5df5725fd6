"""Tables and named queries of the domain."""
