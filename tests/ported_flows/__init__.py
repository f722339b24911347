"""Public flows of other tools, written anew in one file each."""
