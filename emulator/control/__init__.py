"""The control plane, /emulator/v1: what tests need to arrange and to look at a world."""
