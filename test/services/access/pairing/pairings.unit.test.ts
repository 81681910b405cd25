import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { PAIRING_SECONDS } from '../../../../schemas/api/pairing';
import {
  MAX_PAIRINGS,
  type Options,
  Pairings,
  PAIRINGS_AT_ONCE,
  PAIRINGS_PER_MINUTE,
} from '../../../../services/access/pairing/pairings';
import {
  makeUserCode,
  parseUserCode,
  shownUserCode,
  type UserCode,
} from '../../../../services/access/pairing/user-code';
import { cases } from '../../../support/depth';

const MINUTE_MS = 60_000;
const VALID_MS = PAIRING_SECONDS * 1_000;
const TOKEN = 'tr_the-token';

const userCode = (number: number): UserCode => {
  let rest = number;
  return makeUserCode((below) => {
    const digit = rest % below;
    rest = Math.floor(rest / below);
    return digit;
  });
};

/** Pairings whose codes are counted, and whose clock the test moves. */
function counted(options: Partial<Options> = {}) {
  const clock = { ms: 0 };
  let begun = 0;
  const pairings = new Pairings({
    now: () => clock.ms,
    newUserCode: () => userCode(begun),
    newDeviceCode: () => `device-code-${String(begun++)}`,
    ...options,
  });
  const begin = (network = 'here') => {
    const pairing = pairings.begin(network);
    if (pairing === null) throw new Error('there is room for it');
    return pairing;
  };
  return { clock, pairings, begin };
}

const token = (): string => TOKEN;

describe('the code that a screen shows', () => {
  it('a code has eight letters in two groups, none of them a vowel or a digit', () => {
    fc.assert(
      fc.property(fc.nat(20 ** 8 - 1), (number) => {
        expect(shownUserCode(userCode(number))).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
      }),
      { numRuns: cases(200) },
    );
  });

  it('each letter of a code is drawn from all of them', () => {
    const drawn: number[] = [];
    makeUserCode((below) => {
      drawn.push(below);
      return below - 1;
    });
    expect(drawn).toEqual(Array(8).fill(20));
    expect([userCode(0), userCode(20 ** 8 - 1)]).toEqual(['BBBBBBBB', 'ZZZZZZZZ']);
  });

  it('a code is read in any case and with anything between its letters, and nothing else is one', () => {
    for (const typed of ['WDJB-MJHT', 'wdjbmjht', ' wdjb mjht ', 'W.D.J.B–M.J.H.T'])
      expect(parseUserCode(typed)).toBe('WDJBMJHT');
    for (const typed of ['', 'WDJB-MJH', 'WDJB-MJHTT', 'WDJB-MJHA', 'WDJB-MJH1', 'WDJB-MJHT-0'])
      expect(parseUserCode(typed)).toBeNull();
  });
});

describe('pairings', () => {
  it('a screen waits until its code is entered, then gets the token once', () => {
    const { pairings, begin } = counted();
    const { user_code, device_code, expires_in } = begin();
    expect(expires_in).toBe(600);
    expect(pairings.pickUp(device_code)).toEqual({ kind: 'waiting' });
    expect(pairings.approve(user_code.toLowerCase(), token)).toBe('approved');
    expect(pairings.approve(user_code, token)).toBe('used');
    expect(pairings.pickUp(device_code)).toEqual({ kind: 'approved', token: TOKEN });
    expect(pairings.pickUp(device_code)).toEqual({ kind: 'used' });
    expect(pairings.approve(user_code, token)).toBe('used');
  });

  it('a code that is valid stays so where no token could be made for it', () => {
    const { pairings, begin } = counted();
    const { user_code, device_code } = begin();
    const failing = () =>
      pairings.approve(user_code, () => {
        throw new Error('the name is taken');
      });
    expect(failing).toThrow('the name is taken');
    expect(pairings.pickUp(device_code)).toEqual({ kind: 'waiting' });
    expect(pairings.approve(user_code, token)).toBe('approved');
  });

  it('a code is valid for ten minutes, is known to have expired for ten more, and then unknown', () => {
    const { clock, pairings, begin } = counted();
    const { user_code, device_code } = begin();
    clock.ms = VALID_MS - 1;
    expect(pairings.pickUp(device_code)).toEqual({ kind: 'waiting' });
    clock.ms = VALID_MS;
    expect([pairings.pickUp(device_code).kind, pairings.approve(user_code, token)]).toEqual(['expired', 'expired']);
    clock.ms = 2 * VALID_MS;
    expect([pairings.pickUp(device_code).kind, pairings.approve(user_code, token)]).toEqual(['unknown', 'unknown']);
  });

  it('a screen whose code was entered at the last moment still gets its token', () => {
    const { clock, pairings, begin } = counted();
    const { user_code, device_code } = begin();
    clock.ms = VALID_MS - 1;
    expect(pairings.approve(user_code, token)).toBe('approved');
    clock.ms = VALID_MS + 3_000;
    expect(pairings.pickUp(device_code)).toEqual({ kind: 'approved', token: TOKEN });
  });

  it('two screens never show the same code', () => {
    const codes = [1, 1, 1, 2].map(userCode);
    const { begin } = counted({ newUserCode: () => codes.shift() ?? userCode(3) });
    expect(begin().user_code).not.toBe(begin().user_code);
    expect(codes).toEqual([]);
  });

  it('a network begins only so many pairings at once, and gets more with time', () => {
    const { clock, pairings, begin } = counted();
    for (let n = 0; n < PAIRINGS_AT_ONCE; n++) begin();
    expect(pairings.begin('here')).toBeNull();
    expect(pairings.begin('there')).not.toBeNull();
    clock.ms = MINUTE_MS;
    for (let n = 0; n < PAIRINGS_PER_MINUTE; n++) begin();
    expect(pairings.begin('here')).toBeNull();
  });

  it('only so many pairings are remembered of all networks, and one that is of no use any more makes room', () => {
    const { clock, pairings, begin } = counted();
    const [first, ...rest] = Array.from({ length: MAX_PAIRINGS }, (_, n) => begin(`network-${String(n)}`));
    expect(pairings.approve(first?.user_code ?? '', token)).toBe('approved');
    // Each has one, and nobody a better claim than another.
    expect(pairings.begin('network-1')).toBeNull();
    clock.ms = VALID_MS;
    expect(begin('network-1')).toBeDefined();
    expect(pairings.pickUp(first?.device_code ?? '')).toEqual({ kind: 'approved', token: TOKEN });
    expect(rest.filter(({ device_code }) => pairings.pickUp(device_code).kind === 'unknown')).toEqual([rest[0]]);
    expect(begin('another')).toBeDefined();
    expect(pairings.pickUp(first?.device_code ?? '').kind).toBe('unknown');
  });

  it('few networks that begin as many pairings as they may keep no other out, and lose their own', () => {
    const { pairings, begin } = counted();
    const own = begin('restaurant');
    const held = Array.from(
      { length: MAX_PAIRINGS - 1 },
      (_, n) => begin(`stranger-${String(Math.floor(n / PAIRINGS_AT_ONCE))}`).device_code,
    );
    const next = begin('restaurant');
    expect([own, next].map(({ user_code }) => pairings.approve(user_code, token))).toEqual(['approved', 'approved']);
    expect(held.filter((device) => pairings.pickUp(device).kind === 'unknown')).toHaveLength(1);
  });

  it('no token comes out without the device code, whatever is tried with all that a screen and an operator see', () => {
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    type Step = readonly ['begin' | 'approve' | 'pass' | 'guess', number];
    const step: fc.Arbitrary<Step> = fc.tuple(
      fc.constantFrom('begin' as const, 'approve' as const, 'pass' as const, 'guess' as const),
      fc.nat(7),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.array(fc.string(), { maxLength: 5 }), (steps, texts) => {
        const { clock, pairings } = counted();
        const found = new Set<string>();
        const begun: { user_code: string; device_code: string }[] = [];
        const guesses = (): string[] => [
          ...texts,
          ...begun.flatMap(({ user_code, device_code }) => [
            user_code,
            user_code.replace('-', ''),
            sha256(device_code),
            device_code.slice(0, -1),
            `${device_code} `,
            device_code.toUpperCase(),
          ]),
        ];
        for (const [kind, at] of steps) {
          if (kind === 'begin') {
            const pairing = pairings.begin('here');
            if (pairing !== null) begun.push(pairing);
          } else if (kind === 'approve') pairings.approve(begun[at]?.user_code ?? '', token);
          else if (kind === 'pass') clock.ms += at * MINUTE_MS;
          else {
            const real = new Set(begun.map(({ device_code }) => device_code));
            for (const guess of guesses()) if (!real.has(guess)) found.add(pairings.pickUp(guess).kind);
          }
        }
        found.delete('unknown');
        expect([...found]).toEqual([]);
      }),
      { numRuns: cases(300) },
    );
  });
});
