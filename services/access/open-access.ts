import { randomBytes, randomInt } from 'node:crypto';
import type { Router } from 'express';
import type { Config } from '../config/config';
import type { World } from '../config/world';
import type { EventStore } from '../event-store/event-store';
import { type AccessLog, createAccessLog } from './log/access-log';
import { createAccessRoutes } from './log/route';
import { createSession, type SessionCookies } from './login/session';
import { Pairings } from './pairing/pairings';
import { createReaderRoutes } from './pairing/readers-route';
import { createPairingRoutes } from './pairing/route';
import { makeUserCode } from './pairing/user-code';
import type { ReaderDirectory } from './readers/readers';
import { openReaders } from './readers/readers-file';

/** Random bytes of a device code: as many as its hash has. */
const DEVICE_CODE_BYTES = 32;

/** Who may read, and who did. */
export interface Access {
  readonly readers: ReaderDirectory;
  /** Sessions of browsers that a reader has logged in from. */
  readonly session: SessionCookies;
  readonly accessLog: AccessLog;
  readonly routes: readonly Router[];
  /** Of screens that wait to be signed in: no reader's rights are needed. */
  readonly publicRoutes: readonly Router[];
  /** Whether a screen can be signed in by a code that it shows. */
  readonly offersPairing: boolean;
  close(): Promise<void>;
}

/** @throws {ConfigError} if the readers cannot be read. */
export async function openAccess(
  { readers: source, basePath }: Pick<Config, 'readers' | 'basePath'>,
  store: EventStore,
  { log, now, monotonic, newId }: World,
): Promise<Access> {
  const { readers, file } = await openReaders(source, { log, now });
  if (readers.open) log.warn('READING IS OPEN: anyone on this machine can read drivers and orders. Set READERS_FILE.');
  const accessLog = createAccessLog({ store, newId, now, monotonic, log });
  const session = createSession({ basePath, now });
  const changeable = file === null ? null : { file, pairings: openPairings(monotonic) };
  return {
    readers,
    session,
    accessLog,
    routes: [
      createAccessRoutes(accessLog),
      createReaderRoutes({ directory: readers, changeable, accessLog, log, monotonic }),
    ],
    publicRoutes: [
      createPairingRoutes({
        pairings: changeable?.pairings ?? null,
        readersAreOpen: readers.open,
        session,
        basePath,
      }),
    ],
    offersPairing: changeable !== null,
    close: async () => {
      await accessLog.close();
      file?.close();
    },
  };
}

const openPairings = (monotonic: () => number): Pairings =>
  new Pairings({
    now: monotonic,
    newUserCode: () => makeUserCode(randomInt),
    newDeviceCode: () => randomBytes(DEVICE_CODE_BYTES).toString('base64url'),
  });
