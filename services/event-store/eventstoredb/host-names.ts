import { lookup } from 'node:dns/promises';

/** Says whether the hosts of a connection string have addresses: the client only says that it has no connection. */

export interface HostNames {
  /** Looks the names up once more, without being waited for; one look at a time. */
  look(): void;
  /** What is wrong with all of the names, in a sentence; null while any has an address, or none was looked up. */
  readonly problem: string | null;
}

function problemOf(host: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
  return code === 'EAI_AGAIN'
    ? `the name of the host ${host} cannot be looked up now (${code}): the name service does not answer`
    : `the host ${host} has no address (${code}): check its name in the connection string`;
}

/** @param hosts names or addresses, IPv6 in brackets */
export function createHostNames(hosts: readonly string[]): HostNames {
  let problem: string | null = null;
  let isLooking = false;
  const look = async (): Promise<void> => {
    const results = await Promise.allSettled(hosts.map((host) => lookup(host.replace(/^\[|\]$/g, ''))));
    const problems = results.flatMap((result, index) =>
      result.status === 'rejected' ? [problemOf(hosts[index] ?? '', result.reason)] : [],
    );
    problem = problems.length === results.length ? problems.join('; ') : null;
  };
  return {
    look: () => {
      if (isLooking) return;
      isLooking = true;
      void look().finally(() => {
        isLooking = false;
      });
    },
    get problem() {
      return problem;
    },
  };
}
