"""The console: a Symphony client in the browser, and the workbench beside it. One more client of the wire."""
