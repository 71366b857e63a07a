/** Tells each moment of the page in the reader's own time zone and the page's language; the neutral form stays as a title. */
export function tellMoments(): void {
  const words = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  document.querySelectorAll<HTMLTimeElement>("time[data-moment]").forEach((moment) => {
    const at = new Date(moment.dateTime);
    if (Number.isNaN(at.getTime())) return;
    moment.title = moment.textContent ?? "";
    moment.textContent = words.format(at);
  });
}
