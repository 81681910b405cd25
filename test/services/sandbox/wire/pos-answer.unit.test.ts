import { parsePosAnswer } from '../../../../services/sandbox/wire/pos-answer';

const answered = (status: number, body: unknown) =>
  parsePosAnswer({
    kind: 'answered',
    status,
    headers: {},
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ms: 1,
  });
const rejectedBy = (posValidation: object) => {
  const decision = answered(400, { posValidation });
  if (decision?.kind !== 'rejected') throw new Error('it was no rejection');
  const { reason, invalidItemIds } = decision.failure;
  return [reason, ...invalidItemIds];
};

describe("the POS's answer to order.created", () => {
  it('an answer of the POS with a 2xx and the id of the order accepts it, with minutes or without', () => {
    expect(answered(200, { order: { provider_id: 'p1', prep_time_minutes: 12 } })).toEqual({
      kind: 'accepted',
      providerId: 'p1',
      prepMinutes: 12,
    });
    expect(answered(201, { order: { provider_id: 'p1', more: 1 } })).toEqual({
      kind: 'accepted',
      providerId: 'p1',
      prepMinutes: null,
    });
  });

  it.each([[{}], [{ order: {} }], ['ok'], [{ outcome: 'quarantined' }]])(
    'an answer of the POS with a 2xx but without an id is a rejection: %j',
    (body) => {
      expect(answered(202, body)).toMatchObject({ kind: 'rejected', failure: { reason: 'unknown' } });
    },
  );

  it('an answer of the POS that is neither 2xx nor 400, or no answer, is no decision', () => {
    for (const status of [401, 404, 429, 500, 503]) expect(answered(status, {})).toBeNull();
    expect(parsePosAnswer({ kind: 'no-answer', reason: 'ECONNREFUSED', ms: 1 })).toBeNull();
  });

  it('an answer of the POS has the reason that fits each kind of posValidation', () => {
    const stock = { type: 'item', provider_id: 'v1', quantity: 0 };
    const totals = { posTotal: 1, streamTotal: 2 };
    expect(rejectedBy({ stockValidation: [stock, stock, { ...stock, type: 'modifier', provider_id: 'm1' }] })).toEqual([
      'items_unavailable',
      'v1',
      'm1',
    ]);
    expect(rejectedBy({ stockValidation: [], orderTotalsValidation: [totals] })).toEqual(['order_validation_error']);
    for (const order_error of ['pos_offline', 'store_unavailable']) {
      expect(rejectedBy({ orderValidation: [{ order_error }] })).toEqual(['restaurant_not_accepting_orders']);
    }
    expect(rejectedBy({ orderValidation: [{ order_error: 'invalid_cart' }] })).toEqual(['unknown']);
    expect(rejectedBy({ stockValidation: [stock], orderTotalsValidation: [totals] })).toEqual([
      'items_unavailable',
      'v1',
    ]);
    expect(rejectedBy({})).toEqual(['unknown']);
    expect(answered(400, 'no')).toMatchObject({ kind: 'rejected', failure: { reason: 'unknown' } });
  });
});
