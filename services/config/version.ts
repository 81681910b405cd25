import { readFileSync } from 'node:fs';

/** Version of this build, as package.json has it. */
export const { version } = JSON.parse(readFileSync(require.resolve('#package.json'), 'utf8')) as { version: string }; // our own
