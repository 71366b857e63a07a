"""What programs take: a Postman collection and a client in TypeScript, from the OpenAPI document."""
