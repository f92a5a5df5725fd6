"""The 595 domain: people, cases, helpers, referrals, deadlines, papers, and the one door to change them."""
