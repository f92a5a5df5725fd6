"""The browser bundle by itself, in a real Chromium, under the content policy of the product."""
