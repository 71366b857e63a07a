// Print buttons: data-print opens the browser's own dialogue; a style sheet leaves out what does not belong on paper.

export function offerPrint(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-print]")) {
    button.addEventListener("click", () => print());
  }
}
