import { isHeaderValue, post } from '../../../services/sandbox/post';
import { startParty } from './support';

describe('posting', () => {
  it('tells that there is no answer where a header cannot be sent, and nothing is', async () => {
    const party = await startParty(() => ({ status: 200 }));
    const exchange = await post({
      url: party.url,
      body: Buffer.from('{}'),
      headers: { Authorization: 'Bearer t€ken' },
      timeoutMs: 1_000,
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
  ])('knows whether %j can be the value of a header, as Node does', async (value, fits) => {
    const party = await startParty(() => ({ status: 200 }));
    const { kind } = await post({
      url: party.url,
      body: Buffer.from('{}'),
      headers: { 'X-Stream-Signature': value },
      timeoutMs: 30_000,
    });
    await party.close();
    expect(isHeaderValue(value)).toBe(fits);
    expect(kind).toBe(fits ? 'answered' : 'no-answer');
  });
});
