"""Outside systems (RULES G.1): what is sent to them, what they answer, and the list that reconciles both.

The text names the exchanges and no interface. So a person may always do it by hand, with the date and the
number in the other system; where an operator has connected a system, its receipt fills the task's form.
"""
