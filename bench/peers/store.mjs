// A durable store for oidc-provider: one table on better-sqlite3, in the shape that its adapter interface asks for.
// WAL with better-sqlite3's own default for it (synchronous=NORMAL): the file survives a crash, the last commits may not.
import Database from 'better-sqlite3';

const GRANTABLE = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

export function openStore(path) {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.exec(`CREATE TABLE IF NOT EXISTS payloads (
    key TEXT PRIMARY KEY, grant_id TEXT, body TEXT NOT NULL, expires_at INTEGER, consumed_at INTEGER) WITHOUT ROWID`);
  database.exec('CREATE INDEX IF NOT EXISTS payloads_by_grant ON payloads (grant_id) WHERE grant_id IS NOT NULL');
  const put = database.prepare(`INSERT INTO payloads (key, grant_id, body, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET grant_id = excluded.grant_id, body = excluded.body, expires_at = excluded.expires_at`);
  const get = database.prepare('SELECT body, expires_at, consumed_at FROM payloads WHERE key = ?');
  const spend = database.prepare('UPDATE payloads SET consumed_at = ? WHERE key = ?');
  const drop = database.prepare('DELETE FROM payloads WHERE key = ?');
  const dropGrant = database.prepare('DELETE FROM payloads WHERE grant_id = ?');
  const seconds = () => Math.floor(Date.now() / 1000);

  return class SqliteAdapter {
    constructor(model) {
      this.model = model;
    }

    async upsert(id, payload, expiresIn) {
      const grant = GRANTABLE.has(this.model) ? (payload.grantId ?? null) : null;
      put.run(`${this.model}:${id}`, grant, JSON.stringify(payload), expiresIn ? seconds() + expiresIn : null);
    }

    async find(id) {
      const row = get.get(`${this.model}:${id}`);
      if (row === undefined || (row.expires_at !== null && row.expires_at < seconds())) return undefined;
      const payload = JSON.parse(row.body);
      if (row.consumed_at !== null) payload.consumed = row.consumed_at;
      return payload;
    }

    async findByUid() {
      return undefined;
    }

    async findByUserCode() {
      return undefined;
    }

    async consume(id) {
      spend.run(seconds(), `${this.model}:${id}`);
    }

    async destroy(id) {
      drop.run(`${this.model}:${id}`);
    }

    async revokeByGrantId(grantId) {
      dropGrant.run(grantId);
    }
  };
}
