"""Programs and plugins to begin with: each is shown in the README and run by tests."""
