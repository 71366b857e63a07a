"""What a newcomer is shown first."""


def sample_call(public_url: str, client_id: str) -> str:
    """Return the command that sends a sign-in link, ready to be pasted."""
    return (
        f'curl -X POST "{public_url}/api/v1/auth/passwordless/magic-link/send?client_id={client_id}" \\\n'
        f"  -H 'Content-Type: application/json' -d '{{\"email\": \"ana@example.com\"}}'"
    )


def sample_text(public_url: str, client_id: str) -> str:
    """Return the command that sends a code by SMS, ready to be pasted."""
    return (
        f'curl -X POST "{public_url}/api/v1/auth/passwordless/phone-otp/send?client_id={client_id}" \\\n'
        f"  -H 'Content-Type: application/json' -d '{{\"phone\": \"+4915112345678\"}}'"
    )
