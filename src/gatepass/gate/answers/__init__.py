"""The shapes of answers: the success bodies of the hosted API, its error body, and what refusals become."""
