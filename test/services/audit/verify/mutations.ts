import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { splitBundle } from '../../../../services/audit/evidence/bundle';
import { lineHash, LineWriter } from '../../../../services/audit/export/ndjson';

/** What happens to files on their way, and what somebody may do to them. */

/** A single mutation of a text of lines, and the line from which on it cannot hold any more, from 1. */
export const mutation = fc.record({
  kind: fc.constantFrom('flip', 'remove byte', 'insert byte', 'remove line', 'repeat line', 'swap lines', 'cut'),
  at: fc.nat(),
  flip: fc.integer({ min: 1, max: 255 }),
});
export function mutate(
  bytes: Buffer,
  { kind, at, flip }: { kind: string; at: number; flip: number },
): [Buffer, number] {
  const where = at % bytes.length;
  const lineOf = (offset: number): number => bytes.subarray(0, offset).toString('latin1').split('\n').length;
  /** The line of the first byte that is another: the same byte may stand on both sides of what was inserted or removed. */
  const firstLineOf = (changed: Buffer): number => {
    let first = where;
    while (first < bytes.length && bytes[first] === changed[first]) first++;
    return lineOf(first);
  };
  const lines = bytes.toString('latin1').split(/(?<=\n)/);
  const line = at % lines.length;
  const joined = (changed: string[]): Buffer => Buffer.from(changed.join(''), 'latin1');
  switch (kind) {
    case 'flip': {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(where) ^ flip, where);
      return [changed, lineOf(where)];
    }
    case 'remove byte': {
      const changed = Buffer.concat([bytes.subarray(0, where), bytes.subarray(where + 1)]);
      return [changed, firstLineOf(changed)];
    }
    case 'insert byte': {
      const changed = Buffer.concat([bytes.subarray(0, where), Buffer.from([flip]), bytes.subarray(where)]);
      return [changed, firstLineOf(changed)];
    }
    case 'remove line':
      return [joined(lines.toSpliced(line, 1)), line + 1];
    case 'repeat line':
      return [joined(lines.toSpliced(line, 0, lines[line] ?? '')), line + 2];
    case 'swap lines': {
      const before = Math.max(0, line - 1);
      return [joined(lines.toSpliced(before, 2, lines[before + 1] ?? '', lines[before] ?? '')), before + 1];
    }
    default:
      return [bytes.subarray(0, where), lineOf(where)];
  }
}

/** Bytes of a bundle of which something was changed, and everything that is said of all bytes made to fit. */
export function refitted(bytes: Buffer, change: (page: string) => string, code?: string): string {
  const parts = splitBundle(bytes);
  const [before, after] = [parts?.before, parts?.after].map((part) => change(part?.toString() ?? ''));
  const lines = (parts?.evidence.toString() ?? '').trimEnd().split('\n');
  const members = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const writer = new LineWriter();
  const evidence = members.map(({ line_hash: _, ...rest }) => {
    if (rest['kind'] !== 'manifest') return writer.write(rest, true);
    const report_sha256 = createHash('sha256')
      .update(before ?? '')
      .update(after ?? '')
      .digest('hex');
    const software = { ...(rest['software'] as object), ...(code === undefined ? {} : { code }) };
    return writer.write({ ...rest, software, report_sha256 }, true);
  });
  return `${before ?? ''}${evidence.join('')}${after ?? ''}`;
}

export type Members = Readonly<Record<string, unknown>>;

/**
 * @returns the bundle with lines that were changed, and every hash that is not over what was recorded made to fit.
 * @param change of a line, to one or several; of the manifest, as text too
 */
export function forged(
  bundle: string,
  change: (line: Members) => Members | readonly Members[],
  manifestText = (text: string) => text,
): string {
  const parts = splitBundle(Buffer.from(bundle));
  const [before, evidence, after] = [parts?.before, parts?.evidence, parts?.after].map((part) => String(part));
  const digest = createHash('sha256');
  const report = createHash('sha256')
    .update(before ?? '')
    .update(after ?? '');
  let [last, text] = ['', ''];
  const lines = (evidence ?? '').trimEnd().split('\n');
  for (const line of lines.flatMap((one) => change(JSON.parse(one) as Members))) {
    const { line_hash: _hash, ...members } = line;
    const isManifest = members['kind'] === 'manifest';
    const whole = isManifest
      ? { ...members, sha256: digest.digest('hex'), report_sha256: report.digest('hex') }
      : members;
    const body = JSON.stringify(whole).slice(0, -1).replaceAll('<', '\\u003c');
    const said = isManifest ? manifestText(body) : body;
    last = lineHash(last, said);
    const written = `${said},"line_hash":"${last}"}\n`;
    if (!isManifest) digest.update(written);
    text += written;
  }
  return `${before ?? ''}${text}${after ?? ''}`;
}
