import { Ajv2020 } from 'ajv/dist/2020';
import { z } from 'zod';
import { DELIVERY_CONTRACTS } from '../../../../schemas/wire/handle-order';

describe('the contracts of deliveries', () => {
  it.each(Object.entries(DELIVERY_CONTRACTS))(
    '%s is a valid JSON Schema, which a start does not check',
    (_, contract) => {
      const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
      expect(ajv.validateSchema(z.toJSONSchema(contract, { io: 'input' }))).toBe(true);
    },
  );
});
