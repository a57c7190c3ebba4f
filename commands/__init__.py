"""The command line: one file a command. `line.py` has them all; `python app.py` alone runs the desk."""
