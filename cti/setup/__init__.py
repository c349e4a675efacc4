"""Everything between a fresh machine and a running hotline: settings, secrets, Asterisk, rendered files."""
