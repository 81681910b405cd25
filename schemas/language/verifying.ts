import { sayerOf } from './speech';
import { enVerifier } from './verifier/en';

/** Says a message of the verifier in a speech. */
export const sayVerifying = sayerOf(enVerifier);
