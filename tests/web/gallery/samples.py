"""What the sample pages talk to: a brand, a logo, an API that answers as the server does."""

import base64
import json
from typing import Any

from gatepass.applications.model import Branding
from gatepass.gate.pages.looks import stylesheet
from web.gallery.states import ASKED, CLIENT_ID, ISSUER

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 148 32" width="148" height="32">'
    '<circle cx="16" cy="16" r="13" fill="#0f766e"/><path d="M16 6l4 10-4 10-4-10z" fill="#fff"/><text x="38" y="22" '
    'font-family="sans-serif" font-size="18" font-weight="700" fill="#0f766e">Northwind</text></svg>'
)
BRANDING = stylesheet(
    Branding(
        accent="#0f766e",
        text_colour="#134e4a",
        page_colour="#f0fdfa",
        box_colour="#fbfffe",
        dark_page_colour="#04110f",
        dark_box_colour="#08201d",
        field_radius=4,
        box_radius=0,
    )
)
OPENAPI: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Gatepass", "version": "0.1.0", "description": "The hosted authentication API."},
    "servers": [{"url": "/"}],
    "tags": [{"name": "Magic link", "description": "A link that proves that a person reads an inbox."}],
    "paths": {
        "/api/v1/auth/passwordless/magic-link/send": {
            "post": {
                "tags": ["Magic link"],
                "summary": "Email a magic link",
                "parameters": [{"name": "client_id", "in": "query", "required": True, "schema": {"type": "string"}}],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SendRequest"}}}
                },
                "responses": {"200": {"description": "The link is on its way."}, "400": {"description": "Refused."}},
            }
        },
        "/api/v1/auth/passwordless/magic-link/status": {
            "get": {
                "tags": ["Magic link"],
                "summary": "Ping status",
                "parameters": [{"name": "state", "in": "query", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "Whether the link was opened, and then the tokens."}},
            }
        },
    },
    "components": {
        "schemas": {
            "SendRequest": {
                "type": "object",
                "required": ["email"],
                "properties": {"email": {"type": "string", "format": "email"}, "match": {"type": "boolean"}},
            }
        }
    },
}


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


ACCESS_TOKEN = ".".join(
    (
        _part({"alg": "ES256", "typ": "at+jwt", "kid": "6566f1d0c2a4b8e7f9013d50"}),
        _part(
            {
                "iss": ISSUER,
                "sub": "6566f1d0c2a4b8e7f9013d51",
                "aud": CLIENT_ID,
                "client_id": CLIENT_ID,
                "exp": 1763898127,
                "iat": 1763894527,
                "jti": "6566f1d0c2a4b8e7f9013d5a",
                "amr": ["email_link"],
            }
        ),
        "c2FtcGxl",
    )
)
SIGNED_IN = {
    "authenticated": True,
    "oauth": {"access_token": ACCESS_TOKEN, "refresh_token": "sample", "token_type": "Bearer"},
    "user": {"email": ASKED["address"]},
}
SENT = {"state": "6566f1d0c2a4b8e7f9013d58", "state_id": "6566f1d0c2a4b8e7f9013d58", "match": "47"}
REFUSED = {"error": 400, "error_code": "code_wrong", "error_description": "That is not the code from this e-mail."}
