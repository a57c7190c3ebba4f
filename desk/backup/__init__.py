"""A desk in one file, taken while it runs, and put back; between SQLite and PostgreSQL, too."""
