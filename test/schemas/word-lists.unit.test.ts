import { ATTENTION_RULES } from '../../projections/order/attention';
import { STAGE_RULES } from '../../projections/order/stage';
import { ATTENTION_MEANINGS, STAGE_MEANINGS } from '../../schemas/words/meanings';
import { VERDICT_WORDS } from '../../schemas/words/verdict-words';
import { ATTENTION_CODES, STAGES, VERDICTS } from '../../schemas/vocabulary';
import { WORD_LISTS } from '../../schemas/words/word-lists';

it('the meanings of stages are in the order in which their rules are tried', () => {
  expect(Object.keys(STAGE_MEANINGS)).toEqual([...STAGE_RULES.map(({ stage }) => stage), 'preparing']);
});

it('the meanings of attention codes are in the order in which the codes are shown', () => {
  expect(Object.keys(ATTENTION_MEANINGS)).toEqual(ATTENTION_RULES.map(({ code }) => code));
});

it('every word has one meaning in its list, and no list has another word', () => {
  const words = new Map(WORD_LISTS.map(({ id, words: list }) => [id, list.map(([word]) => word)]));
  expect(words.get('stages')?.toSorted()).toEqual(STAGES.toSorted());
  expect(words.get('attention-codes')?.toSorted()).toEqual(ATTENTION_CODES.toSorted());
  expect(words.get('verdicts')?.toSorted()).toEqual(VERDICTS.toSorted());
  expect(Object.keys(VERDICT_WORDS)).toHaveLength(VERDICTS.length);
  for (const { words: list } of WORD_LISTS) {
    expect(new Set(list.map(([word]) => word)).size).toBe(list.length);
    for (const [, meaning] of list) expect(meaning).not.toBe('');
  }
});
