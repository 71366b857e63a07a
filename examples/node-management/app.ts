// Sets a customer up: an organization, its people and a role of its own; then reads everything back, page by page.
import { type EventAnswer, Gatepass, GatepassError } from "./client.js";

declare const process: { env: Record<string, string | undefined>; exitCode?: number };

const baseUrl = process.env["GATEPASS_URL"] ?? "http://localhost:8000";
const customer = process.env["CUSTOMER"] ?? "Acme";

/** Return what renews the management token a minute before it ends. */
function managementToken(): () => Promise<string> {
  const anonymous = new Gatepass({ baseUrl });
  let token = "";
  let until = 0;
  return async () => {
    if (Date.now() > until) {
      const { data } = await anonymous.token({
        grant_type: "client_credentials",
        client_id: needed("CLIENT_ID"),
        client_secret: needed("CLIENT_SECRET"),
        scope: "organizations:read organizations:write users:write roles:read roles:write events:read",
      });
      token = data.access_token;
      until = Date.now() + (data.expires_in - 60) * 1000;
    }
    return token;
  };
}

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}; see the README.`);
  return value;
}

const gatepass = new Gatepass({ baseUrl, token: managementToken() });

async function main(): Promise<void> {
  // Where the record stands now; what this program does comes after it.
  const before = await newestSequence();
  const organization = (await gatepass.createOrganization({ Name: customer })).data;

  const people = [];
  for (const name of ["ana", "bo", "cleo"]) {
    const email = `${name}@${customer.toLowerCase()}.example.com`;
    // The key makes a repeat harmless: after a timeout, send the same again.
    const options = { idempotencyKey: `${organization.id}-${name}` };
    const created = (await gatepass.createUser({ email, first_name: name }, options)).data;
    const again = (await gatepass.createUser({ email, first_name: name }, options)).data;
    people.push({ id: created._id, isSameAgain: again._id === created._id });
  }
  await gatepass.addOrganizationMembers(organization.id, { user_ids: people.map((one) => one.id) });

  const permissions = (await gatepass.permissions()).data;
  const view = permissions.find((one) => one.slug === "team_view");
  const role = (
    await gatepass.createRoleOfOrganization(organization.id, {
      name: "Auditor",
      permission_ids: view ? [view.id] : [],
    })
  ).data;
  const first = people[0];
  if (first) await gatepass.setOrganizationMemberRoles(organization.id, first.id, { role_ids: [role.id] });

  const pages: string[][] = [];
  let page: Awaited<ReturnType<typeof gatepass.organizationMembers>> | null = await gatepass.organizationMembers(
    organization.id,
    { limit: 2 },
  );
  while (page !== null) {
    pages.push(page.data.map((member) => member.email));
    page = await gatepass.nextPage(page);
  }

  const roles = first ? (await gatepass.organizationMemberRoles(organization.id, first.id)).data : [];
  const kinds = (await follow(before, organization.id, "organization.account.created")).map((event) => event.kind);
  console.log(
    JSON.stringify({
      organization: { id: organization.id, name: organization.name },
      repeats: people.map((one) => one.isSameAgain),
      pages,
      roles: roles.map((held) => held.name),
      kinds,
      refusal: await refusalOf(() => gatepass.createOrganization({ Name: customer })),
    }),
  );
}

async function newestSequence(): Promise<number> {
  const events = (await gatepass.events({ limit: 10 })).data;
  return Math.max(0, ...events.map((event) => event.sequence ?? 0));
}

/** Read the events of an organization in the order of the record until one of a kind was seen, for ten seconds at most. */
async function follow(after: number, organizationId: string, kind: string): Promise<EventAnswer[]> {
  const seen: EventAnswer[] = [];
  const until = Date.now() + 10_000;
  while (Date.now() < until && !seen.some((event) => event.kind === kind)) {
    const found = (await gatepass.events({ after, organization_id: organizationId })).data;
    for (const event of found) after = Math.max(after, event.sequence ?? after);
    seen.push(...found);
    if (found.length === 0) await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return seen;
}

/** Return how the server refused a call: its status and its stable code. */
async function refusalOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return "";
  } catch (error) {
    if (error instanceof GatepassError) return `${error.status} ${error.code}`;
    throw error;
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
