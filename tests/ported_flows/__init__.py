"""Public flows of other products, written anew: each file says what maps, what is bent and what remains."""
