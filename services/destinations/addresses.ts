import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Allowed } from '../../schemas/destinations';

/**
 * To which addresses anything is sent: public ones, and those that a destination lists. Those who can write the file
 * of destinations, or answer for a name in it, are not to reach what only this machine and its network can.
 */

/** Ranges that are not public (IANA special-purpose registries, RFC 6890). */
const NOT_PUBLIC: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // shared between a provider and its customers
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, with the metadata that clouds give their machines
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // relays of 6to4
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
  ['::', 96], // unspecified, loopback, and IPv4 in its oldest form
  ['::ffff:0:0:0', 96], // IPv4 translated
  ['64:ff9b::', 96], // IPv4 behind a translator
  ['64:ff9b:1::', 48],
  ['100::', 64], // discard
  ['2001::', 23], // protocol assignments, Teredo among them
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // IPv4 in 6to4
  ['3fff::', 20], // documentation
  ['5f00::', 16], // segment routing
  ['fc00::', 7], // private
  ['fe80::', 10], // link-local
  ['fec0::', 10], // site-local
  ['ff00::', 8], // multicast
];

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');

const notPublic = new BlockList();
for (const [network, prefix] of NOT_PUBLIC) notPublic.addSubnet(network, prefix, familyOf(network));

/** An IPv4 address as IPv6 writes it: `::ffff:10.0.0.1`, or `::ffff:a00:1`. */
const MAPPED = /^(?:0*:){1,5}ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i;

/** @returns the address that is meant: IPv4 where it is written as IPv6, and without the name of an interface. */
function plain(address: string): string {
  const [bare = ''] = address.replace(/^\[|\]$/g, '').split('%');
  const [, dotted, high, low] = MAPPED.exec(bare) ?? [];
  if (dotted !== undefined) return dotted;
  if (high === undefined || low === undefined) return bare;
  const bits = (parseInt(high, 16) << 16) | parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => String((bits >>> shift) & 0xff)).join('.');
}

/** Whether anything may be sent to an address. */
export type MaySendTo = (address: string) => boolean;

/**
 * @param allowed addresses and networks of one destination
 * @returns null if one of them is none
 */
export function addressRule({ addresses }: Pick<Allowed, 'addresses'>): MaySendTo | null {
  const listed = new BlockList();
  for (const one of addresses) {
    const [address = '', prefix] = one.split('/');
    const meant = plain(address);
    if (isIP(address) === 0 || isIP(meant) === 0) return null;
    const bits = prefix === undefined ? null : Number(prefix);
    // A prefix is of the address as it is written: one that was mapped has none of its own.
    if (bits !== null && (meant !== address || bits > (isIPv6(address) ? 128 : 32))) return null;
    if (bits === null) listed.addAddress(meant, familyOf(meant));
    else listed.addSubnet(meant, bits, familyOf(meant));
  }
  return (address) => {
    const meant = plain(address);
    if (isIP(meant) === 0) return false;
    const family = familyOf(meant);
    return listed.check(meant, family) || !notPublic.check(meant, family);
  };
}

/** The host of a URL is an address itself, which nobody looks up. */
export function isAddress(hostname: string): boolean {
  return isIP(plain(hostname)) !== 0;
}
