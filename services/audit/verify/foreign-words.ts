import type { Speech } from '../../../schemas/language/speech';
import type { VerifierId } from '../../../schemas/language/verifier/en';
import { sayVerifying } from '../../../schemas/language/verifying';
import type { ForeignKind } from './file-kind';

const MESSAGES = {
  print: 'foreign.print',
  'web archive': 'foreign.web_archive',
  archive: 'foreign.archive',
  verifier: 'foreign.verifier',
  other: 'foreign.other',
} as const satisfies Readonly<Record<ForeignKind, VerifierId>>;

/** @returns that a file cannot be verified, why, and which to choose instead. */
export const foreignWords = (kind: ForeignKind, speech: Speech): string => sayVerifying(speech, MESSAGES[kind]);
