"""The payers' money: what each decides on the claims it accepted, and the 835 in which it says so, with the truth."""
