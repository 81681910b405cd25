import fc from 'fast-check';
import {
  type HttpConnection,
  createDropReporter,
  type Drops,
  leastWanted,
  type Network,
  networkOf,
  REPORT_INTERVAL_MS,
} from '../../../services/http/connections';

const HERE: Network = { strangers: 3 };
const ELSEWHERE: Network = { strangers: 1 };

const connection = (since: number, rest: Partial<HttpConnection> = {}): HttpConnection => ({
  network: HERE,
  shown: 'nothing',
  answering: 0,
  bytesRead: 0,
  since,
  ...rest,
});

describe('choice of a connection to close', () => {
  it('a connection on which nothing was shown is closed before one of a reader, the oldest of its network first', () => {
    const [reader, old, young] = [connection(1, { shown: 'token' }), connection(2, { answering: 1 }), connection(3)];
    expect(leastWanted([reader, young, old])).toBe(old);
    expect(leastWanted([reader, young])).toBe(young);
    expect(leastWanted([reader])).toBe(reader);
  });

  it('the network that has most connections on which nothing was shown loses one first, however young it is', () => {
    const alone = connection(1, { network: ELSEWHERE });
    const many = [connection(5), connection(4), connection(6)];
    expect(leastWanted([alone, ...many])).toBe(many[1]);
  });

  it('neither a connection of Stream nor one on which a reader is being answered is ever closed', () => {
    const some = fc.array(
      fc.record({
        network: fc.constantFrom(HERE, ELSEWHERE, { strangers: 2 }),
        shown: fc.constantFrom('nothing' as const, 'token' as const, 'signature' as const),
        answering: fc.nat(2),
        since: fc.nat(),
        bytesRead: fc.nat(),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(some, (connections) => {
        const closed = leastWanted(connections);
        const mayBe = connections.filter(
          ({ shown, answering }) => shown === 'nothing' || (shown === 'token' && answering === 0),
        );
        expect(closed === null ? mayBe.length === 0 : mayBe.includes(closed)).toBe(true);
        const isReaders = closed?.shown === 'token';
        expect(isReaders && connections.some(({ shown }) => shown === 'nothing')).toBe(false);
      }),
    );
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['fe80::1', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['', ''],
  ])('the network of %j is %j', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('reports of dropped connections', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('the first dropped connection is reported at once, and all after it together from time to time', () => {
    const reported: Drops[] = [];
    const dropped = createDropReporter((drops) => reported.push(drops));
    dropped('stalled');
    expect(reported).toEqual([{ stalled: 1 }]);
    for (let n = 0; n < 1_000; n++) dropped('displaced');
    dropped('refused');
    expect(reported).toHaveLength(1);
    jest.advanceTimersByTime(REPORT_INTERVAL_MS);
    expect(reported.slice(1)).toEqual([{ displaced: 1_000, refused: 1 }]);
    jest.advanceTimersByTime(10 * REPORT_INTERVAL_MS);
    expect(reported).toHaveLength(2);
    dropped('unread');
    expect(reported.slice(2)).toEqual([{ unread: 1 }]);
  });
});
