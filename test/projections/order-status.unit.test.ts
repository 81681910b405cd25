import fc from 'fast-check';
import { DELIVERY_STATUSES, STATUSES, WORD_PATTERN, wordOf } from '../../schemas/vocabulary';
import { patiently } from '../support/patience';
import { after, JANE, says } from './scenario';
import { anyCharacter } from '../support/any-character';

describe('the last reported status', () => {
  it('an order has the newest status and the newest delivery status', () => {
    expect(
      after(says('ready_for_pickup', 'arrived_at_pickup'), says('in_progress', 'enroute_to_pickup')),
    ).toMatchObject({ status: 'in_progress', delivery_status: 'enroute_to_pickup' });
  });

  it.each([undefined, null, '', ' ', '\u200b', {}, [], ['pending'], { is: 'pending' }, 'x'.repeat(65), 'a\u0000b'])(
    'an order keeps its delivery status when a delivery has %p for it',
    (delivery_status) => {
      expect(after(says('in_progress', 'pending'), { status: 'ready_for_pickup', delivery_status })).toMatchObject({
        status: 'ready_for_pickup',
        delivery_status: 'pending',
      });
    },
  );

  it.each([
    ['COMPLETED', 'completed'],
    ['in-progress', 'in_progress'],
    ['In Progress', 'in_progress'],
    ['\t In-Progress \n', 'in_progress'],
    ['ready for\tpickup', 'ready_for_pickup'],
    ['Ready - For - Pickup', 'ready_for_pickup'],
    ['\ufeffenroute_to_pickup', 'enroute_to_pickup'],
    ['Being Delivered!', 'being_delivered!'],
    ['配達中', '配達中'],
    ['constructor', 'constructor'],
    ['4', '4'],
  ])('%j on either axis is read and shown as %j', (sent, word) => {
    expect(after(says(sent, sent))).toMatchObject({ status: word, delivery_status: word });
  });

  it('known words in another spelling are followed, and no unknown ones', () => {
    expect(after(says('Ready-For-Pickup', ' ARRIVED at pickup'))).toMatchObject({
      stage: 'driver_here',
      attention: ['driver_here'],
    });
    expect(after(says('in_progress', 'enroute_to_pickup', JANE), says('in_progress', 'PENDING')).driver_details).toBe(
      null,
    );
  });

  it('a number or boolean as delivery status is read as that text', () => {
    expect(after(says('in_progress'), { status: 'in_progress', delivery_status: 7 })).toMatchObject({
      delivery_status: '7',
      attention: ['unreadable_field', 'unknown_delivery_status'],
    });
  });

  it('a text is a word exactly if it has the form of one, and a word is its own spelling', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: anyCharacter }), fc.string({ maxLength: 80 })), (text) => {
        const word = wordOf(text);
        expect(word !== null).toBe(WORD_PATTERN.test(text));
        expect(word === null ? null : (wordOf(word) ?? word)).toBe(word);
      }),
    );
    for (const value of [...STATUSES.keys(), ...DELIVERY_STATUSES.keys()]) expect(wordOf(value)).toBe(value);
  });

  it('a text of much white space is read in no time', () => {
    const began = performance.now();
    for (const around of [' ', '\t', '\u200b', 'a ', '- ']) {
      expect(wordOf(`${around.repeat(100_000)}\u0000`)).toBeNull();
      expect(wordOf(`${' '.repeat(100_000)}a${around.repeat(100_000)}\u0000`)).toBeNull();
    }
    expect(performance.now() - began).toBeLessThan(patiently(1_000));
  });

  it('an order has no status while only a cancellation was reported', () => {
    expect(after('order.canceled')).toMatchObject({ status: null, delivery_status: null, driver_details: null });
  });

  it('a cancellation does not change the status of an order', () => {
    expect(after(says('in_progress'), 'order.canceled').status).toBe('in_progress');
  });
});
