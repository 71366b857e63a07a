/** Keeps a button from being pressed until its seconds are over, and says how many are left. */
export function countDown(button: HTMLButtonElement): void {
  const label = button.querySelector("span");
  const { resendIn, wait, ready } = button.dataset;
  if (!label || !wait || !ready) return;
  const over = performance.now() + Number(resendIn) * 1000;
  const tick = (): void => {
    const left = Math.ceil((over - performance.now()) / 1000);
    button.disabled = left > 0;
    label.textContent = left > 0 ? wait.replace("{}", String(left)) : ready;
    if (left > 0) setTimeout(tick, 250);
  };
  tick();
}
