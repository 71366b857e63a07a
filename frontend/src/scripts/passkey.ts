// Passkeys. A form with data-passkey asks the server for options, lets the browser ask an authenticator, and sends what it
// says as an ordinary form. Without this file, or in a browser without passkeys, the form stays out of sight.
import { setBusy } from "./busy";
import { tellAuthenticators } from "./signals";
import { creationOptions, requestOptions, written, type Json } from "./webauthn";

// A ceremony is over after five minutes; a field that waits longer asks for a new one before that.
const RENEW_AFTER_MS = 4 * 60 * 1000;

interface Begun {
  auth_code: string;
  options: Json;
  /** Where to go instead, because the last sign-in is too long ago. */
  url?: string;
}

let waiting: AbortController | undefined;

async function begin(form: HTMLFormElement): Promise<Begun> {
  const body = new URLSearchParams();
  new FormData(form).forEach((value, name) => body.set(name, String(value)));
  const answer = await fetch(form.dataset.options ?? "", { method: "POST", body, headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(`options: ${answer.status}`);
  return (await answer.json()) as Begun;
}

function finish(form: HTMLFormElement, begun: Begun, credential: Credential | null): void {
  if (!(credential instanceof PublicKeyCredential)) return;
  (form.elements.namedItem("code") as HTMLInputElement).value = begun.auth_code;
  (form.elements.namedItem("credential") as HTMLInputElement).value = JSON.stringify(written(credential));
  // Sent by the script itself, so that nothing listens to it again.
  form.submit();
}

/** Returns the name of the sentence for what went wrong; the sentences stand in the page, in its language. */
function reasonOf(error: unknown, isNew: boolean): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "AbortError") return "cancelled";
  if (name === "InvalidStateError") return isNew ? "known" : "missing";
  if (name === "SecurityError") return "refused";
  return name === "NotSupportedError" || name === "ConstraintError" ? "missing" : "failed";
}

function say(form: HTMLFormElement, reason: string): void {
  const place = form.querySelector<HTMLElement>("[data-passkey-said]");
  const words = place?.querySelector<HTMLElement>("[data-words]");
  if (!place || !words) return;
  words.textContent = reason ? (place.dataset[reason] ?? "") : "";
  place.hidden = !reason;
}

async function press(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector("button");
  const isNew = form.dataset.passkey === "create";
  waiting?.abort();
  say(form, "");
  setBusy(button, true);
  try {
    const begun = await begin(form);
    if (begun.url) {
      location.assign(begun.url);
      return;
    }
    const credential = isNew
      ? await navigator.credentials.create({ publicKey: creationOptions(begun.options) })
      : await navigator.credentials.get({ publicKey: requestOptions(begun.options) });
    finish(form, begun, credential);
  } catch (error) {
    setBusy(button, false);
    say(form, reasonOf(error, isNew));
    if (!isNew) void offer(form);
  }
}

/** Lets the browser name its passkeys among what it fills into the field, where it can. */
async function offer(form: HTMLFormElement): Promise<void> {
  if (!("autofill" in form.dataset) || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  const own = new AbortController();
  waiting = own;
  const renewing = window.setTimeout(() => {
    own.abort();
    void offer(form);
  }, RENEW_AFTER_MS);
  try {
    const begun = await begin(form);
    if (own.signal.aborted) return;
    const publicKey = requestOptions(begun.options);
    finish(form, begun, await navigator.credentials.get({ publicKey, mediation: "conditional", signal: own.signal }));
  } catch {
    // Nobody chose one, or the button was pressed: the page goes on without.
  } finally {
    clearTimeout(renewing);
  }
}

/** Lets the server know that a passkey could be made here, so that nobody is offered one in vain. */
async function tellCan(): Promise<void> {
  if (!(await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable())) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `gatepass_can_passkey=1; Path=/sign-in; Max-Age=86400; SameSite=Lax${secure}`;
}

function ready(form: HTMLFormElement): void {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    void press(form);
  });
  if ("autofill" in form.dataset) void tellCan();
  void offer(form);
}

if ("PublicKeyCredential" in window) {
  document.querySelectorAll<HTMLFormElement>("form[data-passkey]").forEach(ready);
  document.querySelectorAll<HTMLElement>("[data-passkey-part]").forEach((part) => {
    part.hidden = false;
  });
  void tellAuthenticators();
}
