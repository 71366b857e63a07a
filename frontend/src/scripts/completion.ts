/** Submits a form by itself, once its page is really open: not while it is loaded ahead, not when one comes back to it. */
export function completeWhenOpen(selector: string): void {
  const complete = (): void => {
    const form = document.querySelector<HTMLFormElement>(selector);
    const [visit] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    if (form && visit?.type !== "back_forward") form.requestSubmit();
  };
  const page = document as Document & { prerendering?: boolean };
  if (page.prerendering) document.addEventListener("prerenderingchange", complete, { once: true });
  else complete();
}
