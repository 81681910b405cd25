import fc from 'fast-check';
import { initial } from '../../../../projections/order/order';
import { eventId } from '../../../../schemas/events/event-id';
import { streamName } from '../../../../schemas/events/stream-name';
import { CSV_HEADER, csvCell, csvCells, MAX_CELL_CHARACTERS, RowWriter } from '../../../../services/audit/export/csv';
import type { JsonValue, Position, RecordedEvent } from '../../../../services/event-store/event-store';

/** A reader of RFC 4180 that knows nothing of our writer. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charAt(at);
    if (quoted) {
      if (unit === '"' && text.charAt(at + 1) === '"') cell += text.charAt(at++);
      else if (unit === '"') quoted = false;
      else cell += unit;
    } else if (unit === '"') quoted = true;
    else if (unit === ',' || unit === '\n') {
      rows.at(-1)?.push(unit === '\n' ? cell.replace(/\r$/, '') : cell);
      cell = '';
      if (unit === '\n') rows.push([]);
    } else cell += unit;
  }
  return rows.slice(0, -1);
}

const eventWith = (data: Readonly<Record<string, JsonValue>>): RecordedEvent => ({
  stream: streamName('order-here:o'),
  id: eventId('11111111-1111-4111-8111-111111111111'),
  type: 'order.updated',
  data: { location_id: 'here', order_id: 'o', ...data },
  metadata: { received_at: '2026-01-01T00:00:00.000Z' },
  revision: 0,
  position: '1' as Position,
  created: new Date(0),
});

describe('a cell of a CSV export', () => {
  it.each([
    ['=HYPERLINK("http://evil.example","x")', `"'=HYPERLINK(""http://evil.example"",""x"")"`],
    ['+1+1', `"'+1+1"`],
    ['-2+3', `"'-2+3"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'\t=1"`],
    ['\r=1', `"'\r=1"`],
    ['\n=1', `"'\n=1"`],
    ['＝1+1', `"'＝1+1"`],
    ["=cmd|' /C calc'!A0", `"'=cmd|' /C calc'!A0"`],
    ['a=1', '"a=1"'],
    ['', '""'],
    ['Jane "JD" Driver, Jr.', '"Jane ""JD"" Driver, Jr."'],
    ['two\nlines', '"two\nlines"'],
    ['00123', `"'00123"`],
    ['1894721983472198341', `"'1894721983472198341"`],
    ['999999999999999', '"999999999999999"'],
    ['0', '"0"'],
    ['1E5', `"'1E5"`],
    ['1.10', `"'1.10"`],
    ['3-12', `"'3-12"`],
    ['5%', `"'5%"`],
    ['$5', `"'$5"`],
    ['(5)', `"'(5)"`],
    ['MAR1', `"'MAR1"`],
    ['TRUE', `"'TRUE"`],
    ['Marie', '"Marie"'],
    ["'Ndrangheta", `"''Ndrangheta"`],
  ])('the text %j becomes the CSV cell %j', (text, cell) => {
    expect(csvCell(text)).toBe(cell);
  });

  it('a CSV cell never begins with what a spreadsheet would run, and reads back as it was once one apostrophe is taken off', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('', '=', '+', '-', '@', '\t', '\r', "'", '0', '12345678901234567'),
        (rest, sign) => {
          const text = sign + rest;
          const [[cell = ''] = []] = parseCsv(`${csvCell(text)}\r\n`);
          expect(cell).not.toMatch(/^[=+\-@\t\r]/);
          expect(cell.replace(/^'/, '')).toBe(text);
        },
      ),
    );
  });
});

describe('a row of a CSV export', () => {
  it('a CSV row has a cell for every column of the header, whatever the event says', () => {
    const [header = []] = parseCsv(CSV_HEADER.slice(1));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (data) => {
        const rows = parseCsv(new RowWriter().row(csvCells(eventWith(data), initial, eventWith(data)).cells));
        expect(rows).toHaveLength(1);
        expect(rows[0]).toHaveLength(header.length);
      }),
    );
  });

  it('a CSV row names the columns whose cells were cut, which hold as much as a spreadsheet takes and no half character', () => {
    const [header = []] = parseCsv(CSV_HEADER.slice(1));
    const rowWith = (name: string): Record<string, string | undefined> => {
      const event = eventWith({ status: 'completed', driver_details: { name } });
      const [cells = []] = parseCsv(`${csvCells(event, initial, event).cells}\r\n`);
      return Object.fromEntries(header.map((column, index) => [column, cells[index]]));
    };
    const whole = 'x'.repeat(MAX_CELL_CHARACTERS);
    expect(rowWith('Jane')).toMatchObject({ driver_name: 'Jane', cut: '' });
    expect(rowWith(whole)).toMatchObject({ driver_name: whole, cut: 'data' });
    expect(rowWith(`${whole}y`)).toMatchObject({ driver_name: whole, cut: 'driver_name data' });
    expect(rowWith(`${whole.slice(1)}\u{1F355}`)).toMatchObject({
      driver_name: whole.slice(1),
      cut: 'driver_name data',
    });
    expect(rowWith(`=${whole.slice(1)}`)).toMatchObject({
      driver_name: `'=${whole.slice(2)}`,
      cut: 'driver_name data',
    });
  });

  it('a CSV row keeps the leading zeros and the digits of ids, and leaves its own times and hashes as they are', () => {
    const event = { ...eventWith({ status: 'completed' }), stream: streamName('order-007:00123') };
    const { cells } = csvCells(event, initial, event);
    expect(parseCsv(`${cells}\r\n`)[0]).toEqual(
      expect.arrayContaining(["'007", "'00123", '2026-01-01T00:00:00.000Z', 'order-007:00123']),
    );
  });

  it('a CSV row neutralises the name of a driver', () => {
    const data = { status: 'completed', driver_details: { name: '=1+1' } };
    const { cells } = csvCells(eventWith({ status: 'completed' }), initial, eventWith(data));
    expect(parseCsv(`${cells}\r\n`)[0]).toContain("'=1+1");
  });
});
