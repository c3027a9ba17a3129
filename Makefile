check:
	ruff format --check . && ruff check . && mypy && lint-imports
