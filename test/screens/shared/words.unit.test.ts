import { sourceWords } from '../../../schemas/words/source-words';
import { ATTENTION_CODES, DELIVERY_STATUSES, STAGES, STATUSES } from '../../../schemas/vocabulary';
import { DEFAULT_THRESHOLDS, MOST_MINUTES, OPEN_STAGES } from '../../../schemas/files/thresholds';
import { classifyLateness } from '../../../services/screens/browser/shared/model/lateness';
import { DEFAULT_SETTINGS, parseSettings } from '../../../services/screens/browser/board/model/settings';
import { shortIds } from '../../../services/screens/browser/shared/model/short-id';
import {
  ageWords,
  attentionWords,
  countWords,
  driverWords,
  durationWords,
  statusWords,
  noticeOf,
  stageWords,
} from '../../../services/screens/browser/shared/model/words';

describe('words', () => {
  it.each([
    ['status', [...STATUSES.keys()], statusWords],
    ['delivery status', [...DELIVERY_STATUSES.keys()], driverWords],
    ['stage', [...STAGES], stageWords],
    ['attention code', [...ATTENTION_CODES], (code: string) => attentionWords(code).words],
  ])('every %s has words of its own', (_, values, say) => {
    const said = values.map((value) => say(value));
    expect(said.filter((words) => /unknown:|_/.test(words) || words === '')).toEqual([]);
    expect(new Set(said).size).toBe(values.length);
  });

  it.each([
    ['status', statusWords],
    ['delivery status', driverWords],
    ['stage', stageWords],
    ['attention code', (code: string) => attentionWords(code).words],
  ])('an unknown %s is shown as it came, and called unknown', (_, say) => {
    expect(say('beamed_up')).toBe('unknown: beamed_up');
    expect(say('constructor')).toBe('unknown: constructor');
  });

  it('a report that may be a repeat is worded with the time of day of the one that it equals', () => {
    const earlier = new Date(2026, 10, 21, 12, 3);
    const same_report_as = { revision: 0, received_at: earlier.toISOString() };
    expect(noticeOf('may_be_a_repeat', { same_report_as }).words).toBe(
      'The same report as at 12:03: check plate and passcode',
    );
    expect(noticeOf('may_be_a_repeat', { same_report_as: null })).toEqual(attentionWords('may_be_a_repeat'));
    expect(noticeOf('no_driver', { same_report_as })).toEqual(attentionWords('no_driver'));
  });

  it('a missing status is worded Nothing reported', () => {
    expect([statusWords(null), driverWords(null)]).toEqual(['Nothing reported', 'Nothing reported']);
  });

  it('known platforms have names, and others are shown as they come', () => {
    expect(['doordash', ' UberEats', 'Bob’s Bikes'].map(sourceWords)).toEqual(['DoorDash', 'Uber Eats', 'Bob’s Bikes']);
  });

  it.each([
    [0, '<1 min'],
    [59_999, '<1 min'],
    [60_000, '1 min'],
    [3_900_000, '1 h 05 min'],
    [86_400_000, '1 day'],
    [200_000_000, '2 days'],
  ])('a duration of %p ms is worded %p', (ms, words) => {
    expect(durationWords(ms)).toBe(words);
  });

  it('an age is worded to the second, and a count with its noun', () => {
    expect([ageWords(2_900), ageWords(61_000)]).toEqual(['2 s', '1 min']);
    expect([countWords(1, 'order'), countWords(2, 'order')]).toEqual(['1 order', '2 orders']);
  });
});

describe('lateness', () => {
  const minutes = (count: number): number => count * 60_000;

  it('an order is late exactly from the threshold of its stage', () => {
    for (const stage of OPEN_STAGES) {
      const { late, veryLate } = DEFAULT_THRESHOLDS[stage];
      const read = (ms: number) => classifyLateness(stage, ms, DEFAULT_THRESHOLDS);
      expect([read(minutes(late) - 1), read(minutes(late))]).toEqual(['on_time', 'late']);
      expect([read(minutes(veryLate) - 1), read(minutes(veryLate))]).toEqual(['late', 'very_late']);
    }
  });

  it('an order that is over is never late', () => {
    expect(classifyLateness('completed', minutes(10_000), DEFAULT_THRESHOLDS)).toBe('on_time');
  });
});

describe('settings', () => {
  it('settings have their defaults if nothing usable was kept', () => {
    for (const text of [null, '', '{', '7', '[]', '{"thresholds":{"ready":{"late":-1,"veryLate":"x"}}}']) {
      expect(parseSettings(text)).toEqual(DEFAULT_SETTINGS);
    }
  });

  it('settings are what was kept, within limits, with very late never before late', () => {
    const kept = {
      ownThresholds: { ready: { late: 30, veryLate: 20 }, preparing: { late: 1, veryLate: MOST_MINUTES + 1 } },
      sound: false,
      opensCard: false,
      oldAfterHours: 3,
    };
    expect(parseSettings(JSON.stringify(kept))).toEqual({
      ...DEFAULT_SETTINGS,
      ownThresholds: {
        ...DEFAULT_THRESHOLDS,
        ready: { late: 30, veryLate: 30 },
        preparing: { late: 1, veryLate: 20 },
      },
      sound: false,
      opensCard: false,
      oldAfterHours: 3,
    });
  });

  it('minutes until an order is late are those of the screen once they were set on it, and else null', () => {
    const own = { ...DEFAULT_THRESHOLDS, ready: { late: 6, veryLate: 9 } };
    const kept = { ...DEFAULT_SETTINGS, ownThresholds: own };
    expect(parseSettings(JSON.stringify(kept))).toEqual(kept);
    const asDefault = { ...DEFAULT_SETTINGS, ownThresholds: DEFAULT_THRESHOLDS };
    expect(parseSettings(JSON.stringify(asDefault))).toEqual(asDefault);
    expect(parseSettings(JSON.stringify({ ownThresholds: null, thresholds: own })).ownThresholds).toBeNull();
    // Earlier versions kept them with everything that was set, such as sound.
    expect(parseSettings(JSON.stringify({ sound: false, thresholds: DEFAULT_THRESHOLDS })).ownThresholds).toBeNull();
    expect(parseSettings(JSON.stringify({ thresholds: own })).ownThresholds).toEqual(own);
  });
});

describe('settings of what is seen and heard', () => {
  it('settings keep which sounds are off, which stages are left out, the size of text and the clock, and nothing unknown', () => {
    const kept = {
      sounds: { very_late: false, doorbell: false },
      hidden: ['on_the_way', 'driver_here', 'nowhere'],
      textSize: 1.3,
      hourCycle: '12',
      volume: 80,
      keys: false,
    };
    expect(parseSettings(JSON.stringify(kept))).toEqual({
      ...DEFAULT_SETTINGS,
      sounds: { ...DEFAULT_SETTINGS.sounds, very_late: false },
      // Where somebody waits, nothing is left out.
      hidden: ['on_the_way'],
      textSize: 1.3,
      hourCycle: '12',
      volume: 80,
      keys: false,
    });
    expect(parseSettings('{"textSize":99,"hourCycle":"13","hidden":7,"sounds":null,"volume":101,"keys":1}')).toEqual(
      DEFAULT_SETTINGS,
    );
    expect(parseSettings('{"volume":1}').volume).toBe(10);
  });
});

describe('short ids', () => {
  it.each([
    ['17', '17'],
    ['pos_order_123', '123'],
    ['store/2026-0042', '0042'],
    ['8f14e45f-ceea-467f-a1d3-9b1f7e2a6c55', '6c55'],
    ['order_number_7', '7'],
    ['🍕🍕🍕🍕🍕🍕🍕🍕', '🍕🍕🍕🍕'],
  ])('the short id of %p is %p', (id, short) => {
    expect(shortIds([id]).get(id)).toBe(short);
  });

  it('two orders never have the same short id', () => {
    expect([...shortIds(['a_order_123', 'b_order_123', 'c_order_124']).values()]).toEqual([
      'a_order_123',
      'b_order_123',
      '124',
    ]);
  });
});
