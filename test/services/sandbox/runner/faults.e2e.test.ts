import {
  type Attempt,
  bytesOf,
  FAULT_NAMES,
  type FaultName,
  type Run,
  withFaults,
} from '../../../../services/sandbox/runner/faults';
import { planScenario } from '../../../../services/sandbox/stories/plan';
import { seeded } from '../../../../services/sandbox/wire/random';
import { loadScenario } from '../../../../services/sandbox/stories/scenario-files';
import { discard, type RunningService, SECURE, startService, WEBHOOK_SECRET } from '../../../support/running-service';
import { check, make, OLD_SECRET, play } from '../playing';

const attemptsBy = (run: Run): Attempt[][] =>
  run.orders.flatMap(({ deliveries }, order) =>
    deliveries.map((_, delivery) => run.attempts.filter((one) => one.order === order && one.delivery === delivery)),
  );

describe('a plan with faults', () => {
  const all = () => make({ scenario: 'lunch-rush', orders: 200, faults: FAULT_NAMES });

  it('a plan with faults is the same for the same seed', () => {
    const plan = planScenario(loadScenario('lunch-rush'), { seed: 3, runId: 'run' });
    const options = { faults: FAULT_NAMES, signs: true, hasOldSecret: true };
    expect(withFaults(plan, { ...options, random: seeded(1) })).toEqual(
      withFaults(plan, { ...options, random: seeded(1) }),
    );
  });

  it('a plan without faults has one correct attempt for each delivery', () => {
    const run = make({ scenario: 'lunch-rush', orders: 50, faults: [] });
    expect(run.attempts).toHaveLength(run.orders.flatMap(({ deliveries }) => deliveries).length);
    expect(run.attempts.every(({ expects, persists, fault }) => expects === 'acknowledged' && persists && !fault)).toBe(
      true,
    );
  });

  it('a plan with faults has, in order of time, a correct and persistent attempt for each delivery', () => {
    const run = all();
    const right = ({ body, cutAfter, signature, persists }: Attempt) =>
      body.kind === 'whole' && cutAfter === null && (signature === 'right' || signature === 'old-secret') && persists;
    for (const attempts of attemptsBy(run)) expect(attempts.filter(right).length).toBeGreaterThan(0);
    const times = run.attempts.map(({ at_s }) => at_s);
    expect(times).toEqual([...times].sort((one, other) => one - other));
  });

  it('a plan with faults expects of each attempt the answer of a POS that follows the protocol', () => {
    for (const { body, cutAfter, signature, expects } of all().attempts) {
      const isForged = signature !== 'right' && signature !== 'old-secret';
      const expected =
        cutAfter !== null
          ? 'no-answer'
          : body.kind === 'huge'
            ? 'refused-413'
            : isForged
              ? 'refused-401'
              : body.kind === 'truncated'
                ? 'unusable'
                : 'acknowledged';
      expect(expects).toBe(expected);
    }
  });

  it('a truncated body is never JSON', () => {
    const [order] = planScenario(loadScenario('robot'), { seed: 3, runId: 'run' });
    for (const { delivery } of order?.deliveries ?? []) {
      for (let part = 0; part < 1; part += 0.01) {
        const bytes = bytesOf(delivery, { body: { kind: 'truncated', part } });
        expect(() => JSON.parse(bytes.toString('utf8')) as unknown).toThrow(SyntaxError);
      }
    }
  });

  it('a plan has no forged signatures if nothing is signed, and no old-secret signatures without an old secret', () => {
    const plan = planScenario(loadScenario('lunch-rush'), { seed: 3, runId: 'run' });
    const signatures = (signs: boolean) =>
      withFaults(plan, { faults: FAULT_NAMES, random: seeded(1), signs, hasOldSecret: false }).attempts.map(
        ({ signature }) => signature,
      );
    expect(new Set(signatures(false))).toEqual(new Set(['right']));
    expect(signatures(true)).not.toContain('old-secret');
  });
});

describe('Ticket Rail', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService({ ...SECURE, STREAM_WEBHOOK_SECRETS: `${WEBHOOK_SECRET},${OLD_SECRET}` });
  });
  afterAll(() => discard(service));

  /** Statuses that an attempt may get besides 200, by its fault. */
  const ANSWERS: Readonly<Record<FaultName, readonly (number | null)[]>> = {
    repeats: [],
    reordering: [],
    'delayed-retries': [null],
    'truncated-body': [202],
    'bad-signature': [401],
    'missing-signature': [401],
    'rotated-signature': [],
    'huge-body': [413, null],
    'unknown-statuses': [],
    'unknown-fields': [],
    bursts: [],
    'connection-drops': [null],
  };

  it.each(FAULT_NAMES)('Ticket Rail answers %s correctly, loses nothing, and shows the true orders', async (fault) => {
    const run = make({ scenario: 'lunch-rush', orders: 30, perMinute: 2, faults: [fault], share: 0.4 });
    const isChanged = fault === 'unknown-statuses' || fault === 'unknown-fields';
    expect(isChanged || run.attempts.some((attempt) => attempt.fault === fault)).toBe(true);
    const result = await play(run, service.url);
    const surprising = result.sent.filter(({ outcome }) => outcome === 'otherwise');
    expect(surprising).toEqual([]);
    // What a busy machine does not answer in time is sent again, and nothing of it is lost.
    const statuses = new Set(result.sent.filter(({ outcome }) => outcome !== 'failed').map(({ status }) => status));
    expect([200, ...ANSWERS[fault]]).toEqual(expect.arrayContaining([...statuses]));
    expect(result.ended).toBeNull();
    const checked = await check(run, result, service.url);
    expect(checked.findings.first).toEqual([]);
    expect(checked).toMatchObject({ orders: 30, listed: 30 });
    expect(checked.reported.equal).toBeGreaterThan(0);
  });
});
