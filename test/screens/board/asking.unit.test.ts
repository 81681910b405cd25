import { orderId } from '../../../schemas/order-key';
import { alikeNews, askedKey, type CardOrder } from '../../../services/screens/browser/board/model/handoff/asking';
import type { Question } from '../../../services/screens/browser/board/model/handoff/look-alikes';
import { order } from '../shared/orders';

const answer = (text: string, isRight: boolean) => ({ text, isRight, orderIds: [`${text}-id`] });
const QUESTION: Question = {
  asked: 'name',
  compared: 'name',
  answers: [answer('Ana S.', true), answer('Ben T.', false)],
};

describe('what is asked on a card', () => {
  it.each([
    ['another order', order({ order_id: orderId('pos_order_2') }), QUESTION],
    ['another driver', order({ driver_details: { name: 'Ana S.' } }), QUESTION],
    ['another question', order(), { ...QUESTION, asked: 'plate' }],
    ['another answer', order(), { ...QUESTION, answers: [...QUESTION.answers, answer('Cy U.', false)] }],
    [
      'another right answer',
      order(),
      { ...QUESTION, answers: QUESTION.answers.map((one) => ({ ...one, isRight: !one.isRight })) },
    ],
  ] as const)('the question is not the same with %s', (_, one, question) => {
    expect(askedKey(one, question)).not.toBe(askedKey(order(), QUESTION));
  });

  it('the question is the same after news that change neither driver nor answers', () => {
    expect(askedKey(order({ revision: 7, stage: 'ready' }), { ...QUESTION })).toBe(askedKey(order(), QUESTION));
  });
});

describe('news of look-alikes', () => {
  const shown = (alike: readonly string[], about: Partial<CardOrder> = {}): CardOrder => ({
    orderId: 'a',
    isOpen: true,
    alike,
    ...about,
  });
  it.each([
    ['one comes', shown([]), shown(['b']), 'others'],
    ['another comes', shown(['b']), shown(['b', 'c']), 'others'],
    ['one comes in place of another', shown(['b']), shown(['c']), 'others'],
    ['the last goes', shown(['b']), shown([]), 'none'],
    ['they are the same', shown(['b', 'c']), shown(['c', 'b']), null],
    ['another card is shown', shown([]), shown(['a'], { orderId: 'b' }), null],
    ['the card was closed', shown(['b']), null, null],
    ['a card opens', null, shown(['b']), null],
    ['the order was handed over', shown(['b']), shown([], { isOpen: false }), null],
    ['a handover was undone', shown([], { isOpen: false }), shown(['b']), null],
  ] as const)('what is said of look-alikes where %s: %j, %j', (_, before, after, expected) => {
    expect(alikeNews(before, after)).toBe(expected);
  });
});
