import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import { z } from 'zod';
import { type Delivery, DELIVERY_CONTRACTS } from '../../../schemas/wire/handle-order';

/** What finds every fault of a body, by the `type` of the deliveries that it is for. */
export type ContractValidators = Readonly<Record<string, ValidateFunction<Delivery>>>;

/**
 * An ajv that has the contracts, each under its type. That they are JSON Schemas at all is for a test to say: to compile the
 * schema of schemas, ajv takes longer than for both of them.
 * @param source keep the source of what is compiled, so that it can be written to a file
 */
export function contractsInAjv(source = false): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    verbose: true,
    validateSchema: false,
    meta: false,
    code: { source, lines: source },
  });
  for (const [type, contract] of Object.entries(DELIVERY_CONTRACTS)) {
    const { $schema: _, ...schema } = z.toJSONSchema(contract, { io: 'input' });
    ajv.addSchema(schema, type);
  }
  return ajv;
}

/** Compiles the contracts. */
export function compileContracts(): ContractValidators {
  const ajv = contractsInAjv();
  const compiled = Object.keys(DELIVERY_CONTRACTS).map((type) => [type, ajv.getSchema<Delivery>(type)] as const);
  return Object.fromEntries(compiled.flatMap(([type, validate]) => (validate === undefined ? [] : [[type, validate]])));
}
