"""When each error is answered; the errors themselves are read from the source."""

MEANINGS: dict[str, dict[str, str]] = {
    "Any request": {
        "body_too_large": "A body is larger than 64 KiB.",
        "internal_error": "Something that nobody foresaw; the log has it under the trace id.",
        "invalid_client_secret": "The header `x-client-secret` holds none of the application's live secrets.",
        "invalid_client_id": "The call names no application, or one that does not exist or is switched off.",
        "malformed_request": "The query or the body can't be read, a field is missing or has the wrong form; the "
        "sentence names it.",
        "method_not_allowed": "The address exists, the method doesn't; `Allow` lists those that do.",
        "not_found": "Nothing is at an address where programs call (`/api/`, `/.well-known/`, …), or a path holds `%`, "
        "`//`, `;` or a backslash; elsewhere a page says the same.",
        "origin_not_allowed": "A web page called whose origin is none of the application's allowed origins.",
        "storage_unavailable": "The database can't be reached or is overloaded; nothing of the call was acknowledged.",
        "too_many_waiting": "More pages wait for sign-ins from one network, or for one attempt, than may at once.",
        "too_many_requests": "A limit is reached ([limits](../security/limits.md)); the call changed nothing.",
        "unknown_host": "The `Host` header is neither the public URL's nor one of `GATEPASS_ALLOWED_HOSTS`.",
        "unsupported_media_type": "A body was not announced as JSON, or a page's form not as a form.",
        "value_not_storable": "A text holds a NUL or half a character, or a number is beyond 64 bits.",
    },
    "Signing in": {
        "already_used": "The link or the code was spent, or the attempt was completed by the other of the two.",
        "attempt_ended": "Its reader said that it was not them, or a wrong number, too many wrong codes or policy "
        "ended it.",
        "attempt_expired": "The link and code are too old, or nobody fetched the outcome within five minutes.",
        "codes_closed": "An address saw a hundred wrong codes in a row; a sign-in by link opens its codes again.",
        "gesture_needed": "From elsewhere, neither the number nor the code was typed.",
        "invalid_email": "The address can't receive mail; the sentence says why.",
        "invalid_state": "The state or the link is unknown, or belongs to another application.",
        "sign_up_closed": "The application takes no new users, and nobody has this address.",
        "too_many_guesses": "All attempts for the address saw 20 wrong codes in the hour that began with the first.",
        "too_many_wrong_codes": "The attempt saw five wrong codes and has ended.",
        "user_inactive": "The user has been switched off.",
        "wrong_code": "The code is not that of the newest mail; the sentence counts the tries that are left.",
        "wrong_match": "The number typed on the landing page is not the one that the waiting screen shows; the attempt "
        "has ended.",
    },
    "Tokens": {
        "invalid_refresh_token": "The refresh token is malformed or unknown, or belongs to another application.",
        "refresh_token_expired": "The refresh token, or its whole family, is older than the application allows.",
        "refresh_token_reused": "The refresh token was spent and came back after its grace; its family is revoked.",
        "refresh_token_revoked": "The session ended, or the family was revoked, or the user was switched off.",
        "signing_key_unreadable": "A signing key was sealed under another master key; the operator must bring it back.",
        "signing_key_withdrawn": "`gatepass keys rotate --now` withdrew the key while the token was being made.",
    },
    "Configuration and operation": {
        "database_not_migrated": "The command line alone says this: the database is not at this version's schema.",
        "database_unavailable": "The readiness probe got no answer from the database.",
        "invalid_application": "The command line alone says this: a registration has faults; each is named.",
        "unknown_domain": "The configuration was asked for by a domain that is not this server's.",
    },
    "Pages": {
        "cross_site_form": "A form came from another site's page, or from a browser that says so.",
    },
}
