"""Languages: each module turns a program of one language into a command for any back-end, and reads what came of it."""
