"""What is measured, one set a module: `measure(run, kind)` yields figures for one kind of database."""
