"""The BPM kernel: definitions, instances, user tasks, timers, messages, history. Knows no policy and no HTTP."""
