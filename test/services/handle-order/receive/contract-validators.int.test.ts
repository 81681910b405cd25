import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileContracts, type ContractValidators } from '../../../../services/handle-order/receive/compile-contracts';
import { cases } from '../../../support/depth';
import { arbitraryMutant } from '../mutants';

/** What the build made of the contracts. */
const BUILT = join(__dirname, '../../../../dist/services/handle-order/receive/contract-validators.js');

/** A body as JSON; what is none never gets as far as to a contract. */
const arbitraryBody = arbitraryMutant
  .map(({ bytes }): unknown => {
    try {
      return JSON.parse(bytes.toString());
    } catch {
      return undefined;
    }
  })
  .filter((body) => body !== undefined);

describe('the contracts that the build compiled', () => {
  it('the contracts that the build compiled find the faults that they find when they are compiled at a start', async () => {
    // As the module of the build, since it is none of the source.
    const { CONTRACT_VALIDATORS: built } = (await import(BUILT)) as { CONTRACT_VALIDATORS: ContractValidators };
    const compiled = compileContracts();
    expect(Object.keys(built)).toEqual(Object.keys(compiled));
    let faulty = 0;
    fc.assert(
      fc.property(arbitraryBody, fc.constantFrom(...Object.keys(compiled)), (body, type) => {
        const faults = (validators: ContractValidators): unknown => {
          const validate = validators[type];
          return [validate?.(body), validate?.errors];
        };
        const found = faults(compiled);
        expect(faults(built)).toEqual(found);
        if (JSON.stringify(found) !== '[true,null]') faulty++;
      }),
      { numRuns: cases(2_000) },
    );
    expect(faulty).toBeGreaterThan(0);
  });

  it('a start compiles no contract', () => {
    expect(readFileSync(BUILT, 'utf8').match(/require\("[^"]+"\)/g)).toEqual([
      'require("ajv/dist/runtime/ucs2length")',
    ]);
  });
});
