"""Who is calling, and may the app do this: permissions, sessions, signatures."""
