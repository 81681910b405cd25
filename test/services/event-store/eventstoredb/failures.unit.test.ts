import {
  isServersWord,
  classifyFailure,
  classifyStreamFailure,
  toEventStoreError,
} from '../../../../services/event-store/eventstoredb/failures';

/** As grpc-js makes them. */
const grpc = (code: number, details: string, trailers: Record<string, string> = {}): Error =>
  Object.assign(new Error(`${String(code)} STATUS: ${details}`), {
    code,
    details,
    metadata: { getMap: () => trailers },
  });

const DELETED = grpc(9, 'Event stream is deleted.', { exception: 'stream-deleted' });
const NOT_LEADER = grpc(5, 'Leader info available', { exception: 'not-leader' });
const BROKEN = grpc(14, 'Connection dropped');
const REFUSED = grpc(14, 'No connection established. Last error: connect ECONNREFUSED 127.0.0.1:2113');

describe('EventStoreDB failures', () => {
  it.each([
    [DELETED, 'deleted'],
    [Object.assign(new Error(''), { type: 'stream-deleted' }), 'deleted'],
    [Object.assign(new Error(''), { type: 'access-denied', _raw: {} }), 'denied'],
    [grpc(7, 'Access Denied'), 'denied'],
    [grpc(16, 'Unauthenticated'), 'denied'],
    [grpc(3, 'too large', { exception: 'maximum-append-size-exceeded' }), 'too-large'],
    [grpc(3, 'not a valid position'), 'invalid'],
    [grpc(5, 'not found', { exception: 'stream-not-found' }), 'not-found'],
    [NOT_LEADER, 'not-done'],
    [REFUSED, 'not-done'],
    [grpc(14, 'Server Is Too Busy'), 'not-done'],
    [grpc(14, 'Server Is Not Ready'), 'not-done'],
    [new Error('Channel has been shut down'), 'not-done'],
    [new Error('Failed to discover after 10 attempts.'), 'not-done'],
    [BROKEN, 'unknown'],
    [grpc(1, 'Cancelled on client'), 'unknown'],
    [grpc(10, 'Operation timed out: Prepare phase timeout.'), 'unknown'],
    [grpc(4, 'Deadline exceeded'), 'unknown'],
    [grpc(13, 'Received RST_STREAM'), 'unknown'],
    ['a string', 'unknown'],
    [undefined, 'unknown'],
  ])('%s of a call is classified as %s', (error, kind) => {
    expect(classifyFailure(error).kind).toBe(kind);
  });

  it.each([
    ['7', 7],
    ['0', 0],
    ['-1', 'no_stream'],
    ['', 'no_stream'],
  ])('the actual revision %p in a conflict is read as %p', (text, actual) => {
    const error = grpc(9, 'wrong', { exception: 'wrong-expected-version', 'actual-version': text });
    expect(classifyFailure(error)).toEqual({ kind: 'conflict', actual });
  });

  it('a failure of the append stream leaves each outcome unknown, unless the stream never began', () => {
    expect(classifyStreamFailure(NOT_LEADER).kind).toBe('unknown');
    expect(classifyStreamFailure(grpc(14, 'Server Is Too Busy')).kind).toBe('unknown');
    expect(classifyStreamFailure(BROKEN).kind).toBe('unknown');
    expect(classifyStreamFailure(REFUSED).kind).toBe('not-done');
    expect(classifyStreamFailure(new Error('Channel has been shut down')).kind).toBe('not-done');
  });

  it('a failure shows whether it was reported by the server', () => {
    expect([NOT_LEADER, DELETED, BROKEN, REFUSED].map((error) => isServersWord(classifyFailure(error)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('a failure becomes a typed error that says what was tried and what to do', () => {
    const failure = classifyFailure(grpc(7, 'Access Denied'));
    expect(failure.kind).toBe('denied');
    const error = toEventStoreError(failure as Parameters<typeof toEventStoreError>[0], 'an append');
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(error.message).toBe(
      'an append: EventStoreDB denies access (7 STATUS: Access Denied); check the credentials in the connection string',
    );
  });
});
