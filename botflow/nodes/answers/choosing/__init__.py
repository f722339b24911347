"""One or several of some options, and yes or no."""
