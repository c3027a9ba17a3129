"""What lemmata can do, as tools for other agents: typed functions on texts, each with a limit and a plain result."""
