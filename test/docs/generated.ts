import { describeVariables } from '../../services/config/environment';
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
  ...REFERENCE_DOCUMENTS,
];
