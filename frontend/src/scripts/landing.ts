// The landing page of a mailed link. Every form works without this file; here they refuse a double submit, and the
// form marked data-auto-submit (only ever served to the browser that asked) completes by itself.
import { setBusy } from "./busy";

const sent = new WeakSet<HTMLFormElement>();

function onSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  const pressed = event.submitter instanceof HTMLButtonElement ? event.submitter : form.querySelector("button");
  setBusy(pressed, true);
}

function complete(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-auto-submit]");
  // Coming back to this page by the browser's history is no new wish to sign in.
  const [visit] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (form && visit?.type !== "back_forward") form.requestSubmit();
}

document.addEventListener("submit", onSubmit);
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) {
    sent.delete(form);
    form.querySelectorAll("button").forEach((button) => setBusy(button, false));
  }
});

// A browser may load the page ahead of the person's click; only a page that is really open may complete.
const page = document as Document & { prerendering?: boolean };
if (page.prerendering) document.addEventListener("prerenderingchange", complete, { once: true });
else complete();
