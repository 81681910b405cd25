import { enAuditors } from '../../../../../schemas/language/auditors/en';
import { partsIn, sayerOf, type Values } from '../../../../../schemas/language/speech';
import { OPERATORS } from '../../operators/model/say';
import { speech } from '../../shared/model/say';

/** The messages of audit pages: their own, those of operators, and those of the counter. */
export const AUDITORS = { ...OPERATORS, ...enAuditors };

/** What such a message is called. */
export type AuditorsId = keyof typeof AUDITORS;

const isAuditorsId = (id: string): id is AuditorsId => Object.hasOwn(AUDITORS, id);

const sayIn = sayerOf(AUDITORS);

/** Says a message of these pages in the language of the page. */
export const say = <Id extends AuditorsId>(id: Id, ...values: Values<(typeof AUDITORS)[Id], string | number>): string =>
  sayIn(speech(), id, ...values);

/** Says what a value of an answer means; null for one without words. */
export function sayKnown(kind: 'verdict.' | 'rule.' | 'stage_rule.', value: string): string | null {
  const id = `${kind}${value}`;
  return isAuditorsId(id) ? partsIn<never>(speech(), id, AUDITORS[id], {}).join('') : null;
}
