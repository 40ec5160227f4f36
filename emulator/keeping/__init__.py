"""State that outlives the process: records as readable JSON, a world as a document, and a file that keeps up."""
