// Tells the person's authenticators what became of their passkeys (WebAuthn Level 3, §5.1.10), so that they offer none
// that was removed and show the present name. Whoever keeps passkeys may ignore it, and older browsers do not ask.

interface Known {
  rpId: string;
  userId: string;
  accepted: string[];
  name: string;
  displayName: string;
}

interface Unknown {
  rpId: string;
  unknown: string;
}

interface Signals {
  signalAllAcceptedCredentials?(told: { rpId: string; userId: string; allAcceptedCredentialIds: string[] }): Promise<void>;
  signalCurrentUserDetails?(told: { rpId: string; userId: string; name: string; displayName: string }): Promise<void>;
  signalUnknownCredential?(told: { rpId: string; credentialId: string }): Promise<void>;
}

async function tell(told: Known | Unknown): Promise<void> {
  const browser = PublicKeyCredential as unknown as Signals;
  const { rpId } = told;
  if ("unknown" in told) {
    await browser.signalUnknownCredential?.({ rpId, credentialId: told.unknown });
    return;
  }
  const { userId, name, displayName } = told;
  await browser.signalAllAcceptedCredentials?.({ rpId, userId, allAcceptedCredentialIds: told.accepted });
  await browser.signalCurrentUserDetails?.({ rpId, userId, name, displayName });
}

/** Tells what the page knows, in elements with data-signal; nobody waits for it and nothing depends on it. */
export async function tellAuthenticators(): Promise<void> {
  for (const place of document.querySelectorAll<HTMLElement>("[data-signal]")) {
    await tell(JSON.parse(place.dataset.signal ?? "{}") as Known | Unknown).catch(() => undefined);
  }
}
