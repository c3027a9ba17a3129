"""Tools for other agents: the Model Context Protocol."""
