"""Real processes over real databases: `aid595 serve`, `worker` and `run` as an office starts them."""
