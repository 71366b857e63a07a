/** Marks a button as busy or free; a busy one ignores further presses and keeps its width. */
export function setBusy(button: HTMLButtonElement | null, busy: boolean): void {
  if (!button) return;
  if (busy) button.setAttribute("aria-busy", "true");
  else button.removeAttribute("aria-busy");
}
