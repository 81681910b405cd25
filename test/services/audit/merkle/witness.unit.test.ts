import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { type NoteSigner, signNote } from '../../../../services/audit/merkle/sign-note';
import { checkpointText, openNote } from '../../../../services/audit/merkle/signed-note';
import { consistencyProof, leafHashOf, TreeBuilder, type TreeHash } from '../../../../services/audit/merkle/tree';
import { cosign, rememberedIn } from '../../../../services/audit/merkle/witness';
import { cases } from '../../../support/depth';

const signerOf = (name: string, type: NoteSigner['type']): NoteSigner => ({
  name,
  type,
  ...generateKeyPairSync('ed25519'),
});
const log = signerOf('rail.example/log', 'note');
const witness = signerOf('rail.example/witness', 'cosignature');

/** A log of events that each are a number, as who has its key may sign it. */
function logOf(events: readonly number[]) {
  const builder = new TreeBuilder();
  const leaves = events.map((event) => leafHashOf(event.toString(16).padStart(8, '0')));
  const largest = leaves.map((leaf) => builder.append(leaf));
  const nodes = { leaf: (index: number) => leaves[index] ?? '', largest: (index: number) => largest[index] ?? '' };
  const note = signNote(checkpointText({ origin: log.name, size: events.length, root: builder.root }), log);
  return {
    note,
    proofFrom: (size: number): readonly TreeHash[] =>
      size === 0 || size >= events.length ? [] : consistencyProof(nodes, size, events.length),
  };
}

function look(previous: string | null, events: readonly number[], seconds = 1) {
  const remembered = rememberedIn(previous, witness);
  if (remembered === 'unreadable') throw new Error('the witness cannot read what it wrote');
  const { note, proofFrom } = logOf(events);
  const proof = proofFrom(remembered === 'nothing' ? 0 : remembered.size);
  return cosign({ remembered, note, proof, log, witness, seconds });
}

const first = (events: readonly number[]): string => {
  const result = look(null, events);
  if (result.kind === 'refused') throw new Error(result.detail);
  return result.note;
};

const history = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 40 });

describe('a witness', () => {
  it('a witness signs what a log became as long as it only grows, with the signature of the log beside its own', () => {
    fc.assert(
      fc.property(history, history, (before, more) => {
        const result = look(first(before), [...before, ...more], 1_700_000_000);
        expect(result).toMatchObject({ kind: 'cosigned', checkpoint: { size: before.length + more.length } });
        const note = result.kind === 'cosigned' ? result.note : '';
        expect(openNote(note, log)).not.toBeNull();
        expect(openNote(note, witness)).toBe(openNote(note, log));
        expect(look(note, [...before, ...more])).toMatchObject({ kind: 'cosigned' });
      }),
      { numRuns: cases(100) },
    );
  });

  it('a witness refuses a history that was written anew with the key of the log, whatever was changed in it', () => {
    fc.assert(
      fc.property(
        history,
        history,
        fc.nat(),
        fc.constantFrom('changed', 'removed', 'inserted', 'cut'),
        (before, more, place, how) => {
          const at = place % before.length;
          const rewritten = {
            changed: before.with(at, 2_000_000),
            removed: before.toSpliced(at, 1),
            inserted: before.toSpliced(at, 0, 2_000_000),
            cut: before.slice(0, at),
          }[how];
          // What is removed or cut and put back is no other history.
          const now = how === 'cut' ? rewritten : [...rewritten, ...more.map((event) => event + 3_000_000)];
          fc.pre(now.length > 0);
          expect(look(first(before), now)).toMatchObject({ kind: 'refused' });
        },
      ),
      { numRuns: cases(300) },
    );
  });

  it('a witness refuses what another key signed, and a note of another log', () => {
    const { note, proofFrom } = logOf([1, 2]);
    const options = { remembered: 'nothing', note, proof: proofFrom(0), witness, seconds: 1 } as const;
    expect(cosign({ ...options, log: signerOf(log.name, 'note') })).toMatchObject({ kind: 'refused' });
    expect(cosign({ ...options, log: { ...log, name: 'rail.example/other' } })).toMatchObject({ kind: 'refused' });
    const other = { origin: 'rail.example/other', size: 1, root: '00'.repeat(32) };
    expect(cosign({ ...options, remembered: other, log })).toMatchObject({ kind: 'refused' });
  });

  it('a witness keeps one line of the log and its own, however often the log signed, and others too', () => {
    const { note } = logOf([1, 2]);
    const line = note.slice(note.lastIndexOf('\n\n') + 2);
    const other = signNote(note.slice(0, note.lastIndexOf('\n\n') + 1), signerOf(log.name, 'note'));
    const many = `${note}${line.repeat(62)}${other.slice(other.lastIndexOf('\n\n') + 2)}`;
    const result = cosign({ remembered: 'nothing', note: many, proof: [], log, witness, seconds: 1 });
    const kept = result.kind === 'cosigned' ? result.note : '';
    expect(kept.startsWith(note)).toBe(true);
    expect(kept.slice(note.length).trimEnd().split('\n')).toHaveLength(1);
    expect(rememberedIn(kept, witness)).toMatchObject({ size: 2 });
  });

  it('a witness that saw the log empty signs what came, and nothing of another log', () => {
    const empty = { origin: log.name, size: 0, root: new TreeBuilder().root };
    const options = { note: logOf([1, 2]).note, proof: [], log, witness, seconds: 1 } as const;
    expect(cosign({ ...options, remembered: empty })).toMatchObject({ kind: 'cosigned' });
    expect(cosign({ ...options, remembered: { ...empty, origin: 'rail.example/other' } })).toMatchObject({
      kind: 'refused',
      against: null,
    });
  });

  it('a refusal says what it shows: two histories, an older note, or that nothing was proven', () => {
    const seen = first([1, 2, 3, 4]);
    const details = [
      [1, 2, 3, 5],
      [1, 2],
      [1, 2, 3, 5, 6],
    ].map((events) => {
      const result = look(seen, events);
      return result.kind === 'refused' ? [result.detail, result.against?.size] : null;
    });
    expect(details).toEqual([
      [expect.stringContaining('the key signed two histories'), 4],
      [expect.stringContaining('the note is older, or the log was rolled back'), 2],
      [expect.stringContaining('it could not be proven that its 5 events begin with the 4'), 5],
    ]);
  });

  it('a witness does not take for its own what it did not sign', () => {
    const { note } = logOf([1, 2]);
    expect(rememberedIn(note, witness)).toBe('unreadable');
    expect(rememberedIn('', witness)).toBe('unreadable');
    expect(rememberedIn(first([1, 2]), signerOf(witness.name, 'cosignature'))).toBe('unreadable');
    expect(rememberedIn(first([1, 2]), witness)).toMatchObject({ origin: log.name, size: 2 });
  });
});
