// Copy buttons: data-copy names the id of the element whose value or text is copied.

const SHOWN_FOR_MS = 2000;

function textOf(element: HTMLElement): string {
  return element instanceof HTMLInputElement ? element.value : (element.textContent ?? "").trim();
}

/** Copies by selecting, for pages that are not a secure context, where no clipboard is offered. */
function copyBySelection(element: HTMLElement): boolean {
  if (element instanceof HTMLInputElement) element.select();
  else getSelection()?.selectAllChildren(element);
  return document.execCommand("copy");
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const source = document.getElementById(button.dataset.copy ?? "");
  if (!source) return;
  const copied = await navigator.clipboard?.writeText(textOf(source)).then(() => true, () => false);
  if (!copied && !copyBySelection(source)) return;
  button.dataset.done = "";
  const said = button.querySelector<HTMLElement>("[role=status]");
  if (said) said.textContent = said.dataset.said ?? "";
  setTimeout(() => {
    delete button.dataset.done;
    if (said) said.textContent = "";
  }, SHOWN_FOR_MS);
}

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("button[data-copy]");
  if (button) void copy(button);
});
