import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import standalone from 'ajv/dist/standalone/index.js';

/** Writes the code that ajv compiles the contracts to in place of the module that has it compile them. */

const BUILT = join(import.meta.dirname, '..', '..', '..', 'dist', 'services', 'handle-order', 'receive');
const { contractsInAjv } = createRequire(import.meta.url)(join(BUILT, 'compile-contracts.js'));
const { DELIVERY_CONTRACTS } = createRequire(import.meta.url)(join(BUILT, '../../../schemas/wire/handle-order.js'));

const types = Object.keys(DELIVERY_CONTRACTS);
const code = standalone.default(contractsInAjv(true), Object.fromEntries(types.map((type) => [type, type])));
writeFileSync(
  join(BUILT, 'contract-validators.js'),
  `exports.CONTRACT_VALIDATORS = {};\n(function (exports) {\n${code}\n})(exports.CONTRACT_VALIDATORS);\n`,
);
