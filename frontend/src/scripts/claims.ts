// What a token says, as rows of a list of facts.

/** Returns the claims of a token; its signature is not looked at, because it is only shown. */
export function claimsOf(token: string): Record<string, unknown> {
  const [, payload = ""] = token.split(".");
  const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
}

function readable(name: string, value: unknown): string {
  const isTime = ["exp", "iat", "nbf", "auth_time"].includes(name) && typeof value === "number";
  if (isTime) return new Date(value * 1000).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Returns a row of a list of facts for each claim of a token. */
export function rowsOf(token: string): HTMLElement[] {
  return Object.entries(claimsOf(token)).map(([name, value]) => {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const told = document.createElement("dd");
    term.textContent = name;
    told.textContent = readable(name, value);
    row.append(term, told);
    return row;
  });
}
