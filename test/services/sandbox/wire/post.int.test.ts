import { isHeaderValue, post } from '../../../../services/sandbox/wire/post';
import { patiently } from '../../../support/patience';
import { startParty } from '../support';

describe('posting', () => {
  it('a header that cannot be sent gives no answer, and nothing is sent', async () => {
    const party = await startParty(() => ({ status: 200 }));
    const exchange = await post({
      url: party.url,
      body: Buffer.from('{}'),
      headers: { Authorization: 'Bearer t€ken' },
      timeoutMs: patiently(1_000),
    });
    await party.close();
    expect(exchange).toMatchObject({ kind: 'no-answer', reason: expect.stringContaining('Authorization') as unknown });
    expect(party.received).toEqual([]);
  });

  it.each([
    ['whsec-0123\tabc', true],
    ['clé', true],
    ['', true],
    ['t€ken', false],
    ['two\nlines', false],
    ['nul\0', false],
    ['del\x7f', false],
  ])('the check whether %j can be the value of a header agrees with Node.js', async (value, fits) => {
    const party = await startParty(() => ({ status: 200 }));
    const { kind } = await post({
      url: party.url,
      body: Buffer.from('{}'),
      headers: { 'X-Stream-Signature': value },
      timeoutMs: patiently(30_000),
    });
    await party.close();
    expect(isHeaderValue(value)).toBe(fits);
    expect(kind).toBe(fits ? 'answered' : 'no-answer');
  });
});
