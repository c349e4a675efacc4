"""Measurements of Hotline beside its peers: `./hotline bench` lists them."""
