import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { splitBundle } from '../../../../services/audit/evidence/bundle';
import { LineWriter } from '../../../../services/audit/export/ndjson';

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
