"""What tests use: an emulator in this process, a client without a socket, the pytest plugin."""
