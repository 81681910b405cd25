import fc from 'fast-check';
import {
  describeHold,
  holdOf,
  longestAbsence,
  MAX_DRIFT_MS,
  MILLISECONDS_PER_DAY as DAY,
  SETTLE_MS,
  TrustedClock,
} from '../../../../services/operations/retention/trusted-clock';

const START = Date.UTC(2026, 10, 28);
const MINUTE = 60_000;

/** A machine whose clock may be set, and its monotonic clock, which may not. */
function machine({ days, known, now }: { days: number; known: number | null; now: number }) {
  let [clock, monotonic] = [now, 0];
  const trusted = new TrustedClock({
    days,
    known,
    now: () => clock,
    monotonic: () => monotonic,
    settleMs: SETTLE_MS,
  });
  return {
    trusted,
    /** Time passes, looked at each minute. */
    pass: (ms: number) => {
      for (let left = ms; left > 0; left -= MINUTE) {
        clock += Math.min(MINUTE, left);
        monotonic += Math.min(MINUTE, left);
        trusted.look();
      }
      return trusted.look();
    },
    set: (by: number) => {
      clock += by;
      return trusted.look();
    },
  };
}

describe('a clock that retention goes by', () => {
  it('a clock is not believed before it went right for a while after a start', () => {
    const { trusted, pass } = machine({ days: 30, known: START, now: START + DAY });
    expect(trusted.look()).toEqual({ kind: 'settling' });
    expect(pass(SETTLE_MS - MINUTE)).toEqual({ kind: 'settling' });
    expect(pass(MINUTE)).toMatchObject({ kind: 'trusted' });
  });

  it.each([40, 400, 10_000])(
    'a clock that is %i days ahead at a start is never believed, until it is set right',
    (days) => {
      const { pass, set } = machine({ days: 30, known: START, now: START + days * DAY });
      expect(pass(SETTLE_MS)).toMatchObject({ kind: 'ahead' });
      expect(pass(2 * DAY)).toMatchObject({ kind: 'ahead' });
      expect(set(-days * DAY)).toEqual({ kind: 'settling' });
      expect(pass(SETTLE_MS)).toMatchObject({ kind: 'trusted' });
    },
  );

  it.each([40, -40])(
    'a clock that is set by %i days while the service runs deletes nothing that is younger',
    (days) => {
      const { trusted, pass, set } = machine({ days: 30, known: START, now: START });
      expect(pass(DAY)).toMatchObject({ kind: 'trusted' });
      expect(set(days * DAY)).toEqual({ kind: 'settling' });
      pass(SETTLE_MS);
      const look = trusted.look();
      expect(look.kind).toBe(days > 0 ? 'ahead' : 'trusted');
    },
  );

  it('a clock that starts in the past and is then set right is believed again', () => {
    const { pass, set } = machine({ days: 30, known: START, now: 0 });
    expect(pass(SETTLE_MS)).toEqual({ kind: 'trusted', now: SETTLE_MS });
    expect(set(START)).toEqual({ kind: 'settling' });
    expect(pass(SETTLE_MS)).toMatchObject({ kind: 'trusted' });
  });

  it('a clock that is believed is never ahead of the time that passed by more than an absence that nobody has to confirm', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 2 * 60 * MINUTE }) }),
      fc.record({ kind: fc.constant('set' as const), ms: fc.integer({ min: -400 * DAY, max: 400 * DAY }) }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3_650 }),
        fc.integer({ min: -50 * DAY, max: 50 * DAY }),
        fc.array(step, { maxLength: 12 }),
        (days, ahead, steps) => {
          const one = machine({ days, known: START, now: START + ahead });
          for (const { kind, ms } of steps) {
            const known = one.trusted.known;
            const look = kind === 'pass' ? one.pass(ms) : one.set(ms);
            const now = look.kind === 'trusted' ? look.now : known;
            expect(now - known).toBeLessThanOrEqual(longestAbsence(days) + (kind === 'pass' ? ms : 0));
            expect(one.trusted.known).toBeGreaterThanOrEqual(known);
            // A setting that NTP would not slew is never believed at once.
            const isJump = kind === 'set' && Math.abs(ms) > MAX_DRIFT_MS;
            expect(isJump ? look.kind : 'settling').toBe('settling');
          }
        },
      ),
    );
  });

  it('an absence that nobody has to confirm is a long weekend, and never more than half of the days', () => {
    expect([1, 2, 7, 30, 365].map((days) => longestAbsence(days) / DAY)).toEqual([0.5, 1, 3, 3, 3]);
  });
});

describe('what retention holds', () => {
  const trusted = { kind: 'trusted', now: START } as const;

  it.each([
    [0, 0, null],
    [1, 2, null],
    [50, 100, null],
    [51, 100, 'most'],
    [3, 3, 'most'],
  ])('a run that would take %i of %i orders is held if that is most of them', (old, all, kind) => {
    expect(holdOf(trusted, old, all)?.kind ?? null).toBe(kind);
  });

  it('a hold says what the clock says and what is known, or how many orders would go', () => {
    const held = holdOf({ kind: 'ahead', now: START + 40 * DAY, known: START }, 0, 9);
    expect(held?.kind).toBe('clock');
    expect(describeHold({ kind: 'clock', now: START + 40 * DAY, known: START })).toContain(
      'the clock says 2027-01-07T00:00:00.000Z, but the last time that is known for certain is 2026-11-28T00:00:00.000Z',
    );
    expect(describeHold({ kind: 'most', old: 3, all: 4 })).toContain('3 of 4 orders');
  });
});
