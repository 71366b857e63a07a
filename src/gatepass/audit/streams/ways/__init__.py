"""The ways to a receiver: HTTPS, syslog over TLS, a file. Each takes a batch of lines as a whole, or says why not."""
