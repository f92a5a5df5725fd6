"""Read models: every list and page of the product is one named query here, with the index it leans on."""
