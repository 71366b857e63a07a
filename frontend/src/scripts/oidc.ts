// A sign-in on the hosted page, as a public client in the browser makes it: code with PKCE, then the tokens.
import { claimsOf, rowsOf } from "./claims";

const CHALLENGE_BYTES = 32;
const KEPT = "gatepass-sign-in";
const LOST = "This page does not know that sign-in any more. Begin a new one on the start page.";
const SHOWN_ONCE = "The tokens of a sign-in are shown here once. Begin a new one on the start page to see them again.";
const UNREACHABLE = "The server did not answer. See whether it is still running, then begin again.";

const root = document.querySelector<HTMLElement>("[data-oidc]");
const clientId = root?.dataset.clientId ?? "";
const redirectUri = `${location.origin}/dev/callback`;

interface Tokens {
  id_token?: string;
  access_token?: string;
  error_description?: string;
}

function part<T extends HTMLElement>(name: string): T {
  const found = root?.querySelector<T>(`[data-part="${name}"]`);
  if (!found) throw new Error(`the page has no part called ${name}`);
  return found;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(CHALLENGE_BYTES)));
}

async function begin(): Promise<void> {
  const [state, nonce, verifier] = [random(), random(), random()];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  sessionStorage.setItem(KEPT, JSON.stringify({ state, nonce, verifier }));
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid profile email",
    state,
    nonce,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
  });
  location.replace(`/oauth2/authorize?${query}`);
}

function tell(sentence: string): void {
  part("waiting").hidden = true;
  part("problem").hidden = false;
  part("problem-text").textContent = sentence;
}

async function exchange(code: string, verifier: string): Promise<Tokens> {
  const form = { grant_type: "authorization_code", code, redirect_uri: redirectUri, client_id: clientId };
  const body = new URLSearchParams({ ...form, code_verifier: verifier });
  const answer = await fetch("/oauth2/token", { method: "POST", body }).catch(() => undefined);
  return answer ? ((await answer.json().catch(() => ({}))) as Tokens) : { error_description: UNREACHABLE };
}

async function finish(): Promise<void> {
  const answer = new URLSearchParams(location.search);
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") as Record<string, string>;
  sessionStorage.removeItem(KEPT);
  history.replaceState(null, "", location.pathname);
  const code = answer.get("code");
  if (!code) return tell(answer.get("error_description") ?? answer.get("error") ?? SHOWN_ONCE);
  if (!kept.verifier || answer.get("state") !== kept.state) return tell(LOST);
  const tokens = await exchange(code, kept.verifier);
  if (!tokens.id_token || !tokens.access_token) return tell(tokens.error_description ?? UNREACHABLE);
  const claims = claimsOf(tokens.id_token);
  if (claims.nonce !== kept.nonce) return tell(LOST);
  const email = String(claims.email ?? claims.sub);
  part("signed-in-as").textContent = email;
  part("initial").textContent = email.slice(0, 1);
  part<HTMLInputElement>("token").value = tokens.id_token;
  part("claims").replaceChildren(...rowsOf(tokens.id_token));
  const out = { id_token_hint: tokens.id_token, post_logout_redirect_uri: `${location.origin}/` };
  part<HTMLAnchorElement>("sign-out").href = `/oauth2/logout?${new URLSearchParams(out)}`;
  part("waiting").hidden = true;
  part("done").hidden = false;
}

void (root?.dataset.oidc === "begin" ? begin() : finish());
