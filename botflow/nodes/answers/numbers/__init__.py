"""Numbers, amounts of money, marks on a scale."""
