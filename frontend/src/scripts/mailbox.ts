// Keeps the list of the development mailbox fresh: asks for the same page again and takes over its list when it differs.

const EVERY_MS = 2500;

function count(list: Element): number {
  return list.querySelectorAll("[data-message]").length;
}

async function refresh(): Promise<void> {
  const shown = document.querySelector("[data-mailbox]");
  if (!shown || document.hidden) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-mailbox]");
  if (!fresh || fresh.innerHTML === shown.innerHTML) return;
  const news = count(fresh) - count(shown);
  const focused = (document.activeElement as HTMLElement | null)?.dataset.message;
  shown.replaceChildren(...fresh.childNodes);
  if (focused) shown.querySelector<HTMLElement>(`[data-message="${CSS.escape(focused)}"]`)?.focus();
  const said = document.querySelector("[data-news]");
  if (said && news > 0) said.textContent = news === 1 ? "1 new message" : `${news} new messages`;
}

async function keepFresh(): Promise<void> {
  await refresh().catch(() => undefined); // the server restarts now and then while one develops
  setTimeout(keepFresh, EVERY_MS);
}

if (document.querySelector("[data-mailbox]")) setTimeout(keepFresh, EVERY_MS);
