"""The servers that the fan-out bench measures, the desk among them, and the browsers that it measures with."""
