"""How messages leave: a provider is data, an HTTP post with places in it; in development they stay on the machine."""
