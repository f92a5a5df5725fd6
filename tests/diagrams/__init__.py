"""The diagrams agree with the lists of processes and tasks, and are drawn so that a person can read them."""
