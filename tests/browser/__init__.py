"""The whole product in a real Chromium: people of the office do their day's work through the pages."""
