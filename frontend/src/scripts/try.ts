// "Try it" on the start page: sends a magic link, waits for it by Server-Sent Events, shows the tokens that arrive.
import { setBusy } from "./busy";
import { rowsOf } from "./claims";

const API = "/api/v1/auth/passwordless";
const RESEND_AFTER_S = 20;
const UNREACHABLE = "The server did not answer. See whether it is still running, then try again.";

interface Tokens {
  access_token: string;
  refresh_token?: string;
}

interface Answer {
  authenticated?: boolean;
  oauth?: Tokens;
  access_token?: string;
  state?: string;
  match?: string;
  error_description?: string;
}

const root = document.querySelector<HTMLElement>("[data-try]");
const clientId = root?.dataset.clientId ?? "";
let state = "";
let address = "";
let events: EventSource | undefined;
let countdown: ReturnType<typeof setInterval> | undefined;

function part<T extends HTMLElement>(name: string): T {
  const found = root?.querySelector<T>(`[data-part="${name}"]`);
  if (!found) throw new Error(`the page has no part called ${name}`);
  return found;
}

function show(step: "ask" | "wait" | "done"): void {
  for (const section of root?.querySelectorAll<HTMLElement>("[data-step]") ?? []) {
    section.hidden = section.dataset.step !== step;
    if (!section.hidden && step !== "ask") section.querySelector<HTMLElement>("h2")?.focus();
  }
}

function say(name: string, sentence: string): void {
  const place = part(`${name}-error`);
  place.hidden = sentence === "";
  part(`${name}-error-text`).textContent = sentence;
  const input = part(`${name}-input`);
  if (sentence) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

async function post(path: string, body: Record<string, unknown>): Promise<Answer> {
  const answer = await fetch(`${API}/${path}?client_id=${encodeURIComponent(clientId)}`, {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => undefined);
  if (!answer) return { error_description: UNREACHABLE };
  const content: Answer = await answer.json().catch(() => ({}));
  return answer.ok ? content : { error_description: content.error_description ?? UNREACHABLE };
}

function stopWaiting(): void {
  events?.close();
  clearInterval(countdown);
}

function finish(token: string): void {
  stopWaiting();
  part("claims").replaceChildren(...rowsOf(token));
  part<HTMLInputElement>("token").value = token;
  part("signed-in-as").textContent = address;
  part("initial").textContent = address.slice(0, 1);
  show("done");
}

function take(answer: Answer): void {
  const token = answer.oauth?.access_token ?? answer.access_token;
  if (token) finish(token);
  else if (answer.error_description) giveUp(answer.error_description);
  else if (answer.authenticated) giveUp("Somebody else has taken this sign-in's tokens. Send a new link.");
}

function giveUp(sentence: string): void {
  stopWaiting();
  show("ask");
  say("email", sentence);
}

function listen(): void {
  events?.close();
  const query = new URLSearchParams({ client_id: clientId, state });
  events = new EventSource(`${API}/magic-link/status/events?${query}`);
  events.addEventListener("open", () => (part("live").textContent = "Waiting for you to open the link"));
  events.addEventListener("status", (event) => take(JSON.parse((event as MessageEvent<string>).data) as Answer));
  events.addEventListener("problem", (event) => take(JSON.parse((event as MessageEvent<string>).data) as Answer));
  events.addEventListener("error", () => {
    const isOver = events?.readyState === EventSource.CLOSED;
    if (isOver) giveUp("This sign-in has ended or its time is up. Send a new link.");
    else part("live").textContent = "The connection was lost. Trying again";
  });
}

function countDown(): void {
  const button = part<HTMLButtonElement>("resend");
  const label = part("resend-label");
  let left = RESEND_AFTER_S;
  const tick = (): void => {
    button.disabled = left > 0;
    label.textContent = left > 0 ? `Send again in ${left} s` : "Send it again";
    if (left <= 0) clearInterval(countdown);
    left -= 1;
  };
  clearInterval(countdown);
  tick();
  countdown = setInterval(tick, 1000);
}

async function send(event: SubmitEvent): Promise<void> {
  event.preventDefault();
  const button = part<HTMLButtonElement>("send");
  if (button.getAttribute("aria-busy") === "true") return;
  say("email", "");
  address = part<HTMLInputElement>("email-input").value.trim();
  setBusy(button, true);
  const answer = await post("magic-link/send", { email: address, match: true });
  setBusy(button, false);
  if (!answer.state) return say("email", answer.error_description ?? UNREACHABLE);
  state = answer.state;
  part("address").textContent = address;
  part("match").hidden = answer.match === undefined;
  part("match-number").textContent = String(answer.match ?? "");
  part<HTMLInputElement>("code-input").value = "";
  say("code", "");
  show("wait");
  countDown();
  listen();
}

async function resend(): Promise<void> {
  countDown();
  const answer = await post("magic-link/resend", { state });
  part("live").textContent = answer.error_description ?? "Sent again. The newest mail counts";
}

async function verifyCode(event: SubmitEvent): Promise<void> {
  event.preventDefault();
  const button = part<HTMLButtonElement>("verify");
  if (button.getAttribute("aria-busy") === "true") return;
  setBusy(button, true);
  const otp = part<HTMLInputElement>("code-input").value.replace(/\s/g, "");
  const answer = await post("email-otp/verify", { state, otp });
  setBusy(button, false);
  if (answer.error_description) {
    say("code", answer.error_description);
    part("code-input").focus();
  } else take(answer);
}

function startAgain(): void {
  stopWaiting();
  show("ask");
  part("email-input").focus();
}

if (root) {
  part("ask-form").addEventListener("submit", (event) => void send(event as SubmitEvent));
  part("code-form").addEventListener("submit", (event) => void verifyCode(event as SubmitEvent));
  part("resend").addEventListener("click", () => void resend());
  part("change").addEventListener("click", startAgain);
  part("again").addEventListener("click", startAgain);
}
