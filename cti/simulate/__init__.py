"""Virtual callers and agents on the same core, on a virtual clock: what a day would be like."""
