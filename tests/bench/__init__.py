"""The measurements themselves: that each still runs, and what of its figures no machine changes."""
