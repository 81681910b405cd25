import { ANYONE, type Endpoint, methodsAt, problemsOf } from '../../../services/http/endpoint';
import { ListQuery, LocationPath } from '../../../schemas/api/requests';

const call: Endpoint = {
  method: 'get',
  path: '/locations/{location_id}/orders',
  tag: 'Orders',
  summary: 'The orders of a location',
  answers: { 200: { description: 'A page' } },
  problems: ['order-not-found'],
  permission: ANYONE,
};

describe('endpoint', () => {
  it('every call may be refused under a foreign host name, and fail by a defect, beside what its handler declares', () => {
    expect(problemsOf(call)).toEqual(['order-not-found', 'host-not-allowed', 'internal-error']);
  });

  it.each([
    ['a path', { params: LocationPath }],
    ['a query', { query: ListQuery }],
  ])('a call that takes parameters of %s may be answered that one is invalid', (_, parameters) => {
    expect(problemsOf({ ...call, ...parameters })).toContain('invalid-parameter');
  });

  it('a call that may be a large read may find no place', () => {
    expect(problemsOf({ ...call, large: 'if-asked' })).toContain('reads-busy');
    expect(problemsOf(call)).not.toContain('reads-busy');
  });

  it('a call that needs a permission may be refused as the permission says, and a problem is listed once', () => {
    const permission = { ...ANYONE, problems: ['not-permitted', 'order-not-found'] as const };
    expect(problemsOf({ ...call, permission })).toEqual([
      ...['not-permitted', 'order-not-found', 'host-not-allowed', 'internal-error'],
    ]);
  });

  it('the methods of an address are those of all its endpoints', () => {
    const endpoints = {
      get: call,
      post: { ...call, method: 'post' as const },
      other: { ...call, method: 'options' as const, path: '/else' as const },
    };
    expect(methodsAt(endpoints, call.path)).toEqual(['get', 'post']);
    expect(methodsAt(endpoints, '/else')).toEqual(['options']);
  });
});
