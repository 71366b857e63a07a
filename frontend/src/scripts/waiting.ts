// Follows a sign-in that is under way: `event: state`, `data: {"state": "pending" | "verified" | "ended" | "expired"}`.

const AGAIN_AFTER_MS = 3000;
const SAY_AFTER_MS = 4000;

interface Told {
  state?: string;
}

function read(data: string): Told {
  try {
    return JSON.parse(data) as Told;
  } catch {
    return {};
  }
}

/** Goes on when the sign-in is verified, and shows how it ended when it ended. */
export function follow(place: HTMLElement): void {
  const { events, check, continue: onwards } = place.dataset;
  const words = place.querySelector<HTMLElement>("[data-live]");
  const dot = place.querySelector(".dot");
  if (!events || !check || !onwards) return;
  let source: EventSource | undefined;
  let saying = 0;
  let trying = 0;
  let isSending = false;

  const say = (text: string | undefined): void => {
    clearTimeout(saying);
    if (words && text && words.textContent !== text) words.textContent = text;
  };

  const leave = (address: string): void => {
    source?.close();
    clearTimeout(trying);
    location.replace(address);
  };

  const open = (): void => {
    source?.close();
    source = new EventSource(events);
    source.addEventListener("open", () => say(words?.dataset.waits));
    source.addEventListener("state", (event: MessageEvent<string>) => {
      const { state } = read(event.data);
      if (state === "verified") {
        dot?.classList.replace("dot-live", "dot-success");
        say(words?.dataset.done);
        leave(onwards);
      } else if (state === "ended" || state === "expired") leave(check);
    });
    source.addEventListener("error", () => {
      // A short break is nobody's business; the browser itself tries again unless it was told off.
      clearTimeout(saying);
      saying = window.setTimeout(() => say(words?.dataset.away), SAY_AFTER_MS);
      clearTimeout(trying);
      if (source?.readyState === EventSource.CLOSED) trying = window.setTimeout(open, AGAIN_AFTER_MS);
    });
  };

  open();
  // A form that was sent leads on by itself. To be told "verified" meanwhile would leave a second time, and throw away
  // the answer that holds the cookie or the code.
  document.addEventListener("submit", () => {
    isSending = true;
    source?.close();
    clearTimeout(trying);
  });
  // Phones cut connections of pages that are out of sight; back in sight, ask at once.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !isSending && source?.readyState !== EventSource.OPEN) open();
  });
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    isSending = false;
    open();
  });
}
