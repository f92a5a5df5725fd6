"""The BPM kernel: instances, user tasks, timers, messages, history. Knows no policy and no HTTP."""
