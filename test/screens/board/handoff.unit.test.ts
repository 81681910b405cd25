import fc from 'fast-check';
import {
  clip,
  countdownWords,
  passcodeOf,
  pictureUrl,
  ROBOT_DWELL_MS,
  robotWaits,
  swatch,
  telephoneUrl,
  vehicleParts,
} from '../../../services/screens/browser/board/model/handoff/handoff';
import { STAGES } from '../../../schemas/vocabulary';
import { order } from '../shared/orders';
import { anyCharacter } from '../../support/any-character';

describe('pictures', () => {
  it('a picture is loaded over https', () => {
    expect(pictureUrl('https://example.com/driver.jpg?x=1')).toBe('https://example.com/driver.jpg?x=1');
  });

  it.each([
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'data:image/svg+xml,<svg onload=alert(1)>',
    'http://example.com/driver.jpg',
    '//example.com/driver.jpg',
    '/locations/l/orders',
    'blob:https://example.com/1',
    'https://user:secret@example.com/driver.jpg',
    `https://example.com/${'a'.repeat(3_000)}`,
    '',
    null,
    undefined,
  ])('a picture is not loaded from %p', (text) => {
    expect(pictureUrl(text)).toBeNull();
  });
});

describe('phone numbers', () => {
  it.each([
    ['+15555551234', 'tel:+15555551234'],
    ['+1 (555) 555-1234', 'tel:+15555551234'],
    [' 030/901820 ', 'tel:030901820'],
    ['+44 (0)20 7946 0958', 'tel:+442079460958'],
    ['(020) 7946 0958', 'tel:02079460958'],
    ['+1 555 555 1234 ext. 12', 'tel:+15555551234;ext=12'],
    ['+1 555 555 1234 Ext 12', 'tel:+15555551234;ext=12'],
    ['+1 555 555 1234 extension 12', 'tel:+15555551234;ext=12'],
    ['+15555551234;ext=12', 'tel:+15555551234;ext=12'],
    ['+1 555 555 1234 x12', 'tel:+15555551234;ext=12'],
    ['+1 555 555 1234 #12', 'tel:+15555551234;ext=12'],
    ['+15555551234,123', 'tel:+15555551234,123'],
    ['+1 555-555-1234,, 123456#', 'tel:+15555551234,,123456'],
    ['＋１（５５５）５５５－１２３４', 'tel:+15555551234'],
    ['+٩٦٦ ٥٠ ١٢٣ ٤٥٦٧', 'tel:+966501234567'],
    ['۰۲۱ ۱۲۳۴۵۶۷', 'tel:0211234567'],
    ['+९१ ९८७६५ ४३२१०', 'tel:+919876543210'],
    ['\u202a+1\u00a0555\u2011555\u20131234\u202c', 'tel:+15555551234'],
  ])('the phone number %p can be called', (text, url) => {
    expect(telephoneUrl(text)).toBe(url);
  });

  it.each([
    'javascript:alert(1)',
    '555-CALL-NOW',
    '12',
    '+1;ext=2',
    '1'.repeat(40),
    '1'.repeat(99),
    '+1555555123 or 4',
    '+',
    '',
    null,
    undefined,
  ])('the phone number %p cannot be called, and is only shown', (text) => {
    expect(telephoneUrl(text)).toBeNull();
  });
});

describe('swatches', () => {
  it.each([
    ['Silver', '#c0c4c8'],
    [' dark blue ', '#1f5fbf'],
    ['Navy Metallic', '#1b2a52'],
  ])('the swatch of %p is %p', (color, paint) => {
    expect(swatch(color)).toBe(paint);
  });

  it('a swatch never takes foreign text into a style', () => {
    fc.assert(
      fc.property(fc.string(), (color) => {
        expect(swatch(color) ?? '#000000').toMatch(/^#[0-9a-f]{6}$/);
      }),
    );
    expect(swatch('red;background:url(https://x)')).toBeNull();
    expect(swatch('constructor')).toBeNull();
    expect(swatch(null)).toBeNull();
  });
});

describe('passcodes', () => {
  it.each(STAGES)('a passcode in stage %s is shown only if that is driver_here', (stage) => {
    const shown = passcodeOf(order({ stage, driver_details: { passcode: '1234' } }));
    expect(shown).toBe(stage === 'driver_here' ? '1234' : null);
  });
});

describe('robots', () => {
  it('a robot waits ten minutes', () => {
    expect(robotWaits(0)).toBe(ROBOT_DWELL_MS);
    expect(countdownWords(robotWaits(55_000))).toBe('9:05');
    expect(countdownWords(robotWaits(ROBOT_DWELL_MS - 1))).toBe('0:01');
    expect(robotWaits(ROBOT_DWELL_MS + 1)).toBe(0);
  });
});

describe('texts of others', () => {
  it('a long text is cut between characters, never within one', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 60 }), fc.nat(30), (text, most) => {
        const characters = Array.from(text);
        const cut = characters.length <= most ? text : `${characters.slice(0, most).join('')}…`;
        expect(clip(text, most)).toBe(cut);
      }),
    );
  });

  it('a vehicle is described by as much as is known', () => {
    expect(vehicleParts({ vehicle_info: { make: ' Toyota ', model: '', color: 'Silver' } })).toEqual([
      'Silver',
      'Toyota',
    ]);
    expect(vehicleParts({})).toEqual([]);
  });
});
