"""How each event changes the world: one module for each of `cti.core.events`."""
