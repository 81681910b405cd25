import { compileContracts, type ContractValidators } from './compile-contracts';

/**
 * What finds every fault of a delivery. `npm run build` writes what this comes to in its place (build-validators.mjs): to
 * compile the contracts at each start would take a seventh of it.
 */
export const CONTRACT_VALIDATORS: ContractValidators = compileContracts();
