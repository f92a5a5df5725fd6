"""The browser, the JSON API and the command line."""
