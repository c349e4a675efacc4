"""The commands of `hotline`, one module each: `add` names the options, `run` does it and returns the exit code."""
