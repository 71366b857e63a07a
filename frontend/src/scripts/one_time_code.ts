// Takes the code out of the message that a phone receives, where the browser asks its holder and hands it over (WebOTP,
// https://wicg.github.io/web-otp/). The message names this host, so that no other page is given it. Whoever types is
// faster: as soon as the form is sent, nobody waits for a message any more.

interface Message extends Credential {
  code?: string;
}

type Asked = CredentialRequestOptions & { otp: { transport: ["sms"] } };

/** Fills a form's code in and sends it, once a message with one arrives. */
export async function takeCode(form: HTMLFormElement): Promise<void> {
  const field = form.querySelector<HTMLInputElement>("[autocomplete=one-time-code]");
  if (!field || !("OTPCredential" in window)) return;
  const waiting = new AbortController();
  form.addEventListener("submit", () => waiting.abort(), { once: true });
  addEventListener("pagehide", () => waiting.abort(), { once: true });
  const asked: Asked = { otp: { transport: ["sms"] }, signal: waiting.signal };
  try {
    const message = (await navigator.credentials.get(asked)) as Message | null;
    if (!message?.code || waiting.signal.aborted) return;
    field.value = message.code;
    form.requestSubmit();
  } catch {
    // No message came, its reader kept it, or the form was sent: they type the code.
  }
}
