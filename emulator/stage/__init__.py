"""One world on stage: its sessions, what is noted of its calls, what is forced upon them, who answers in it."""
