import { isTimeZone } from '../../../../schemas/local-time';
import type { Manifest } from '../../export/ndjson';
import { quotedFromFile } from '../quoted-from-file';
import { remade } from './remade-bundle';

/** What there is to say of the page of a bundle whose lines were verified. */
export type PageCheck =
  | { readonly kind: 'holds' }
  /** It is not what follows from the events; why, as the detail of a fault. */
  | { readonly kind: 'other'; readonly detail: string }
  /** It cannot be made again here; why, in sentences. */
  | { readonly kind: 'not checked'; readonly detail: string };

/** @returns the line of a file, from 1, in which it first differs from another. */
function firstLineOtherThan(bytes: Buffer, other: Buffer): number {
  let at = 0;
  while (at < bytes.length && bytes[at] === other[at]) at++;
  return bytes.subarray(0, at).toString('latin1').split('\n').length;
}

const notChecked = (why: string): PageCheck => ({
  kind: 'not checked',
  detail: `The page was made ${why}: that it shows what the events in it say cannot be verified.`,
});

/**
 * Makes a bundle again, and compares it.
 * @param code identifies the code that makes it again: other code may make another page of the same events
 */
export function checkPage(bytes: Buffer, evidence: Buffer, manifest: Manifest, code: string): PageCheck {
  const { software, time_zone: zone } = manifest;
  if (zone !== undefined && !isTimeZone(zone)) {
    return notChecked(`with times of the zone ${quotedFromFile(zone)}, which is not known here`);
  }
  const page = remade(evidence, manifest);
  if (page.kind === 'made' && page.bytes.equals(bytes)) return { kind: 'holds' };
  if (software.code !== code)
    return notChecked(
      `by version ${quotedFromFile(software.version)}, as the file says, by other code than this or by other clocks`,
    );
  switch (page.kind) {
    case 'made': {
      const line = String(firstLineOtherThan(bytes, page.bytes));
      return {
        kind: 'other',
        detail: `the file is not what follows from the events in it, from line ${line} of the file on`,
      };
    }
    case 'incomplete':
      return { kind: 'other', detail: 'the file is not what follows from the events in it' };
    case 'impossible':
      return { kind: 'other', detail: `nothing follows from what the lines say: ${quotedFromFile(page.reason)}` };
  }
}
