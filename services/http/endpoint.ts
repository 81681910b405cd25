import type { Request, RequestHandler, Response, Router } from 'express';
import type { z } from 'zod';
import { createRoutes, type Method } from './methods';
import type { ProblemCode } from './problem';
import { parseParams, parseQuery } from './query';

/**
 * A call is described once, beside its handler: what it takes is parsed by its description, who may call is checked by
 * it, and what answers other methods and the OpenAPI document follow from it.
 */

/** Chapters of the documents. */
export type Tag =
  'Stream' | 'Orders' | 'Feed' | 'Destinations' | 'Screens' | 'Audit' | 'Quarantine' | 'Access' | 'Operations';

/** One answer that is no problem. */
export interface EndpointAnswer {
  readonly description: string;
  /** Schemas by media type; of several, each is one form that the answer may have. */
  readonly content?: Readonly<Record<string, readonly z.ZodType[]>>;
  /** What each header that matters says. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Reads of which only so many are answered at a time: a call always is one, or as its parameters ask for it. */
export type LargeRead = 'always' | 'if-asked';

/** What there is to know of a call when it is decided who may make it. */
export interface CallAttempt {
  readonly request: Request;
  readonly response: Response;
  readonly params: Readonly<Record<string, unknown>>;
  readonly large: LargeRead | undefined;
}

/** Who may make a call. */
export interface Permission<Caller> {
  /** Who that is, in a sentence for the document; null where everybody may. */
  readonly sentence: string | null;
  /** Names of security schemes, any of which will do, in the document. */
  readonly schemes: readonly string[];
  /** What others are answered. */
  readonly problems: readonly ProblemCode[];
  /**
   * @returns who calls
   * @throws {Problem} one of {@link problems}, or `reads-busy` for a large read
   */
  readonly admit: (attempt: CallAttempt) => Caller;
}

/** Everybody may. */
export const ANYONE: Permission<null> = { sentence: null, schemes: [], problems: [], admit: () => null };

export interface Endpoint {
  readonly method: Method;
  /** As OpenAPI writes it: `/locations/{location_id}`. */
  readonly path: `/${string}`;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /** Of the path. */
  readonly params?: z.ZodObject;
  readonly query?: z.ZodType;
  /** Headers that the handler reads itself. */
  readonly headers?: z.ZodObject;
  /** What the handler reads itself. */
  readonly body?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, readonly z.ZodType[]>>;
    readonly example?: unknown;
  };
  /** By status. */
  readonly answers: Readonly<Record<number, EndpointAnswer>>;
  /** What the handler may answer besides; {@link problemsOf} has all. */
  readonly problems: readonly ProblemCode[];
  readonly permission: Permission<unknown>;
  readonly large?: LargeRead;
}

/** Endpoints by operation id. */
export type Endpoints = Readonly<Record<string, Endpoint>>;

/** What a handler gets: all that its endpoint declares is parsed, and the caller may call. */
export interface Call<Declared extends Endpoint> {
  readonly request: Request;
  readonly response: Response;
  readonly reader: Declared['permission'] extends Permission<infer Caller> ? Caller : never;
  readonly params: Declared extends { readonly params: infer Schema extends z.ZodType } ? z.output<Schema> : null;
  readonly query: Declared extends { readonly query: infer Schema extends z.ZodType } ? z.output<Schema> : null;
}

export type Handler<Declared extends Endpoint> = (call: Call<Declared>) => Promise<void> | void;

/** @returns an answer in JSON. */
export const json = (description: string, ...schemas: readonly z.ZodType[]): EndpointAnswer => ({
  description,
  content: { 'application/json': schemas },
});

/**
 * Returns every problem that a call may be answered with: those of its handler, and those of what stands before every
 * handler.
 */
export function problemsOf({ params, query, permission, large, problems }: Endpoint): readonly ProblemCode[] {
  const all: ProblemCode[] = [
    ...(params !== undefined || query !== undefined ? (['invalid-parameter'] as const) : []),
    ...permission.problems,
    ...(large === undefined ? [] : (['reads-busy'] as const)),
    ...problems,
    'host-not-allowed',
    'internal-error',
  ];
  return [...new Set(all)];
}

/** Returns the path of an endpoint as Express writes it. */
const expressPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

/** @returns the methods that an address takes among these endpoints. */
export const methodsAt = (endpoints: Endpoints, path: string): readonly Method[] =>
  Object.values(endpoints)
    .filter((one) => expressPath(one.path) === expressPath(path))
    .map(({ method }) => method);

/**
 * Answers the calls that are described with their handlers, and all other methods of their addresses with 405.
 * @param elsewhere endpoints of the same addresses that are answered before
 */
export function serve<Declared extends Endpoints>(
  endpoints: Declared,
  handlers: { readonly [Id in keyof Declared]: Handler<Declared[Id]> },
  elsewhere: Endpoints = {},
): Router {
  const addresses: Record<string, Partial<Record<Method, RequestHandler>>> = {};
  for (const [id, endpoint] of Object.entries(endpoints)) {
    const { method, path, params: paramsSchema, query: querySchema, permission, large } = endpoint;
    // Which handler belongs to which endpoint is known above, and lost by going through them all.
    const handler = handlers[id] as Handler<Endpoint>;
    (addresses[expressPath(path)] ??= {})[method] = (request, response) => {
      const params = paramsSchema === undefined ? null : parseParams(paramsSchema, request);
      const reader = permission.admit({ request, response, params: params ?? {}, large });
      const query = querySchema === undefined ? null : parseQuery(querySchema, request);
      // Its schemas have just read what it is given.
      return handler({ request, response, reader, params, query } as Call<Endpoint>);
    };
  }
  return createRoutes(addresses, (path) => methodsAt(elsewhere, path));
}
