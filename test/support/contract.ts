import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The committed contract, docs/reference/openapi.json, which every answer that a test gets is compared with. */

interface Contract {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, MediaType>> }>>;
}
interface MediaType {
  readonly examples?: Readonly<Record<string, unknown>>;
}

const PROBLEM = 'application/problem+json';
const OURS = 'urn:ticket-rail:problem:';

let contract: Contract | undefined;
const readContract = (): Contract =>
  (contract ??= JSON.parse(
    readFileSync(join(__dirname, '..', '..', 'docs', 'reference', 'openapi.json'), 'utf8'),
  ) as Contract);

/** @returns the codes of the problems that an operation declares, sorted. */
export const declaredProblems = ({ responses }: Operation): string[] =>
  Object.values(responses)
    .flatMap(({ content }) => Object.keys(content?.[PROBLEM]?.examples ?? {}))
    .sort();

/** Every operation of the contract. */
export const declaredOperations = (): { method: string; path: string; operation: Operation }[] =>
  Object.entries(readContract().paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );

/** The operation that answers a request; undefined for pages, other methods and addresses where there is nothing. */
function operationAt(method: string, address: string): Operation | undefined {
  const asked = (address.split('?')[0] ?? '').split('/');
  const found = declaredOperations().filter((one) => {
    const segments = one.path.split('/');
    const isThere = segments.every((segment, n) => (segment.startsWith('{') ? asked[n] !== '' : segment === asked[n]));
    return (
      segments.length === asked.length && isThere && one.method === (method === 'HEAD' ? 'get' : method.toLowerCase())
    );
  });
  return found[0]?.operation;
}

/**
 * Whoever relies on the document knows every problem that may come.
 * @returns what to fail with if a call was answered with a problem that its operation does not declare, or else null
 */
export function undeclaredProblem(
  method: string,
  address: string,
  contentType: string | undefined,
  json: unknown,
): Error | null {
  const { type } = (json ?? {}) as { readonly type?: unknown };
  if (contentType !== PROBLEM || typeof type !== 'string' || !type.startsWith(OURS)) return null;
  const operation = operationAt(method, address);
  if (operation === undefined || declaredProblems(operation).includes(type.slice(OURS.length))) return null;
  return new Error(`${method} ${address} was answered with ${type}, which ${operation.operationId} does not declare.`);
}
