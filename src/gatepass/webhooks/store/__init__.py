"""The tables of webhooks: endpoints, the queue of deliveries, and the log."""
