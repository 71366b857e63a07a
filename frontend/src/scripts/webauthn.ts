// Between the JSON of WebAuthn (Level 3, §5.1.8 to §5.1.10) and what browsers take, for those that do not translate it.

export type Json = Record<string, unknown>;

interface Named {
  id: string;
  type: PublicKeyCredentialType;
  transports?: AuthenticatorTransport[];
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const letters = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

function text(octets: ArrayBuffer): string {
  const letters = Array.from(new Uint8Array(octets), (octet) => String.fromCharCode(octet)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function named(list: unknown): PublicKeyCredentialDescriptor[] {
  return ((list ?? []) as Named[]).map((one) => ({ ...one, id: bytes(one.id) }));
}

/** Returns what `credentials.create` takes. */
export function creationOptions(json: Json): PublicKeyCredentialCreationOptions {
  const user = json.user as { id: string; name: string; displayName: string };
  return {
    ...(json as unknown as PublicKeyCredentialCreationOptions),
    challenge: bytes(json.challenge as string),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: named(json.excludeCredentials),
  };
}

/** Returns what `credentials.get` takes. */
export function requestOptions(json: Json): PublicKeyCredentialRequestOptions {
  return {
    ...(json as unknown as PublicKeyCredentialRequestOptions),
    challenge: bytes(json.challenge as string),
    allowCredentials: named(json.allowCredentials),
  };
}

/** Returns a credential as JSON. */
export function written(credential: PublicKeyCredential): Json {
  const { response } = credential;
  const common = { id: credential.id, rawId: text(credential.rawId), type: credential.type, clientExtensionResults: {} };
  if (response instanceof AuthenticatorAttestationResponse) {
    return {
      ...common,
      response: {
        clientDataJSON: text(response.clientDataJSON),
        attestationObject: text(response.attestationObject),
        transports: response.getTransports?.() ?? [],
      },
    };
  }
  const asserted = response as AuthenticatorAssertionResponse;
  return {
    ...common,
    response: {
      clientDataJSON: text(asserted.clientDataJSON),
      authenticatorData: text(asserted.authenticatorData),
      signature: text(asserted.signature),
      userHandle: asserted.userHandle ? text(asserted.userHandle) : null,
    },
  };
}
