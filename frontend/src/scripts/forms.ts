// A form is sent once, however often it is pressed; coming back by the browser's history frees it again.
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

function onReturn(event: PageTransitionEvent): void {
  if (!event.persisted) return;
  for (const form of document.forms) {
    sent.delete(form);
    form.querySelectorAll("button").forEach((button) => setBusy(button, false));
  }
}

/** Refuses a double submit in every form of the page. */
export function sendOnce(): void {
  document.addEventListener("submit", onSubmit);
  addEventListener("pageshow", onReturn);
}
