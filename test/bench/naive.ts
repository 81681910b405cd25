import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type PeerDelivery, servePeer } from './peer';

/** Peer (b), naive: the floor plus one synchronous transaction for each request, as durable as ours. */
const db = new Database(join(process.env['DATA_DIR'] ?? '.', 'naive.sqlite'));
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec(`
  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    revision INTEGER NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL
  );
  CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);
`);
const last = db.prepare<[string], { revision: number | null }>(
  'SELECT max(revision) AS revision FROM events WHERE stream = ?',
);
const insert = db.prepare<[string, number, string, string]>(
  'INSERT INTO events (stream, revision, data, metadata) VALUES (?, ?, ?, ?)',
);
const record = db.transaction(({ type, object }: PeerDelivery) => {
  const stream = `${object.location_id}:${object.order_id}`;
  const revision = (last.get(stream)?.revision ?? -1) + 1;
  insert.run(stream, revision, JSON.stringify(object), JSON.stringify({ type, received_at: new Date().toISOString() }));
});

servePeer((delivery) => {
  record.immediate(delivery);
});
