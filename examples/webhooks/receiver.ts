/**
 * Receives webhooks of Gatepass: verifies the signature, tells repeats, and prints what happened.
 *
 * Only Node.js itself is used. SECRET is what the server showed when the webhook was set up (`whsec_…`).
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";

const TOLERANCE_SECONDS = 300;
const MOST_BYTES = 1_000_000;

interface Message {
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

/**
 * Tells whether a message was signed with the secret, by Standard Webhooks, in the last five minutes.
 *
 * While a secret is rotated a message has two signatures, and one that fits is enough.
 */
export function isGenuine(secret: string, headers: IncomingHttpHeaders, body: Buffer): boolean {
  const id = String(headers["webhook-id"] ?? "");
  const timestamp = String(headers["webhook-timestamp"] ?? "");
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (!/^\d+$/.test(timestamp) || age > TOLERANCE_SECONDS) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  return String(headers["webhook-signature"] ?? "")
    .split(" ")
    .filter((one) => one.startsWith("v1,"))
    .map((one) => Buffer.from(one.slice(3), "base64"))
    .some((found) => found.length === expected.length && timingSafeEqual(found, expected));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > MOST_BYTES) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

// A message may come more than once; yours belong into your database.
const seen = new Set<string>();

function isNew(id: string): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  if (seen.size > 10_000) seen.delete(seen.values().next().value as string);
  return true;
}

const secret = process.env.SECRET;
if (!secret) throw new Error("Set SECRET to the webhook's secret, whsec_….");

const server = createServer(async (request, response) => {
  const body = await bodyOf(request);
  if (body === undefined) {
    response.writeHead(413).end();
  } else if (request.method !== "POST" || !isGenuine(secret, request.headers, body)) {
    response.writeHead(401).end();
  } else {
    if (isNew(String(request.headers["webhook-id"]))) {
      const message = JSON.parse(body.toString("utf8")) as Message;
      console.log(message.type, JSON.stringify(message.data));
    }
    // Answer soon: what takes long belongs into a queue of your own.
    response.writeHead(204).end();
  }
});

server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`Listening on http://127.0.0.1:${process.env.PORT ?? 3000}/`);
});
