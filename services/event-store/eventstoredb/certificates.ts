import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { EventStoreError } from '../event-store';
import type { ConnectionSettings } from './connection-url';

/** The files of certificates that a connection string names, and what it means that one cannot be verified. */

export interface Certificates {
  rootCertificate?: Buffer;
  userCertFile?: Buffer;
  userKeyFile?: Buffer;
}

/** @throws {EventStoreError} `invalid`, with what is wrong with which file. */
export function readCertificates(settings: ConnectionSettings): Certificates {
  const { tls, tlsCaFile, userCertFile, userKeyFile } = settings;
  if (!tls) return {};
  if ((userCertFile === null) !== (userKeyFile === null)) {
    throw new EventStoreError(
      'invalid',
      'the connection string must name both userCertFile and userKeyFile, or neither',
    );
  }
  return {
    ...(tlsCaFile === null ? {} : { rootCertificate: readAuthority(tlsCaFile) }),
    ...(userCertFile === null ? {} : { userCertFile: read('userCertFile', userCertFile) }),
    ...(userKeyFile === null ? {} : { userKeyFile: read('userKeyFile', userKeyFile) }),
  };
}

function read(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException; // of the file system
    throw new EventStoreError(
      'invalid',
      `file ${file}, named by ${option} in the connection string, cannot be read (${code})`,
      { cause },
    );
  }
}

function readAuthority(file: string): Buffer {
  const content = read('tlsCAFile', file);
  try {
    new X509Certificate(content);
  } catch (cause) {
    throw new EventStoreError(
      'invalid',
      `file ${file}, named by tlsCAFile in the connection string, does not begin with a certificate in PEM`,
      { cause },
    );
  }
  return content;
}

const UNKNOWN_AUTHORITY = /unable to (?:verify the first|get (?:local )?issuer) certificate|self[- ]signed certificate/;
const WRONG_TIME = /certificate (?:has expired|is not yet valid)/;
const WRONG_NAME = /does not match certificate's altnames: (.*?)\.? Resolution note/;

/**
 * @param message of a failure to connect
 * @param tlsCaFile as the connection string names it
 * @returns what is wrong with the certificate of EventStoreDB, and what to do; null if that is not why.
 */
export function explainCertificate(message: string, tlsCaFile: string | null): string | null {
  if (UNKNOWN_AUTHORITY.test(message)) {
    return tlsCaFile === null
      ? 'the certificate of EventStoreDB is signed by an authority that this machine does not know: name the file of ' +
          'that authority’s certificate with tlsCAFile in the connection string'
      : `the certificate of EventStoreDB is not signed by the authority in ${tlsCaFile}, which tlsCAFile names`;
  }
  const [time] = WRONG_TIME.exec(message) ?? [];
  if (time !== undefined) {
    const authority = tlsCaFile === null ? 'its authority’s' : `that in ${tlsCaFile}, which tlsCAFile names`;
    return `the certificate of EventStoreDB cannot be verified: ${time}, its own or ${authority}`;
  }
  const [, names] = WRONG_NAME.exec(message) ?? [];
  if (names !== undefined) {
    return (
      `the certificate of EventStoreDB is for other names than the host in the connection string (${names.trim()}): ` +
      'use a name that is in it; tlsCAFile does not help'
    );
  }
  return null;
}
