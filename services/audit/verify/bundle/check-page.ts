import { hash } from 'node:crypto';
import { isTimeZone } from '../../../../schemas/local-time';
import { splitBundle } from '../../evidence/bundle';
import { quotedFromFile } from '../quoted-from-file';
import { type BundleContent, remade } from './remade-bundle';

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

/** @returns the hash of all bytes around the evidence, as the manifest of a bundle has it. */
export const hashAround = ({ before, after }: { readonly before: Buffer; readonly after: Buffer }): string =>
  hash('sha256', Buffer.concat([before, after]), 'hex');

/** @returns whether a bundle that was made again is the one that was written. */
type IsWritten = (made: Buffer) => boolean;

/**
 * Makes a bundle again, and compares it.
 * @param code identifies the code that makes it again: other code may make another page of the same events
 */
export function checkPage(bytes: Buffer, content: BundleContent, code: string): PageCheck {
  return check(
    content,
    code,
    (made) => made.equals(bytes),
    (made) => {
      const line = String(firstLineOtherThan(bytes, made));
      return `the file is not what follows from the events in it, from line ${line} of the file on`;
    },
  );
}

/**
 * Makes a bundle again of which the page is not there as it was written, and compares it with what the manifest says of
 * that page.
 * @param code likewise
 */
export function checkDescribedPage(content: BundleContent, code: string): PageCheck {
  const isDescribed = (made: Buffer): boolean => {
    const parts = splitBundle(made);
    return parts !== null && hashAround(parts) === content.manifest.report_sha256;
  };
  return check(
    content,
    code,
    isDescribed,
    () => 'the page that the manifest describes does not follow from the events',
  );
}

function check(
  content: BundleContent,
  code: string,
  isWritten: IsWritten,
  otherwise: (made: Buffer) => string,
): PageCheck {
  const { software, time_zone: zone } = content.manifest;
  if (zone !== undefined && !isTimeZone(zone)) {
    return notChecked(`with times of the zone ${quotedFromFile(zone)}, which is not known here`);
  }
  const page = remade(content);
  if (page.kind === 'made' && isWritten(page.bytes)) return { kind: 'holds' };
  if (software.code !== code)
    return notChecked(
      `by version ${quotedFromFile(software.version)}, as the file says, by other code than this or by other clocks`,
    );
  switch (page.kind) {
    case 'made':
      return { kind: 'other', detail: otherwise(page.bytes) };
    case 'incomplete':
      return { kind: 'other', detail: 'the file is not what follows from the events in it' };
    case 'impossible':
      return { kind: 'other', detail: `nothing follows from what the lines say: ${quotedFromFile(page.reason)}` };
  }
}
