import { describeVariables } from '../../services/config/environment';
import { en } from '../../schemas/language/catalogues/en';
import { configExample } from './env-example';
import { REFERENCE_DOCUMENTS } from './reference';

/** A committed file that is made from the code. `npm run docs` writes it, and a test compares it. */
export interface GeneratedDocument {
  /** From the root of the repository. */
  readonly path: string;
  readonly render: () => string | Promise<string>;
}

export const GENERATED_DOCUMENTS: readonly GeneratedDocument[] = [
  { path: '.env.example', render: () => configExample(describeVariables()) },
  {
    path: 'docs/reference/messages.json',
    render: () => `${JSON.stringify({ language: 'en', messages: en }, null, 2)}\n`,
  },
  ...REFERENCE_DOCUMENTS,
];
