import { addressRule } from '../../../services/destinations/addresses';
import { guardedLookup } from '../../../services/destinations/thread/sender';

const nothingAllowed = addressRule({ addresses: [] });

it.each([
  ['127.0.0.1', 'loopback'],
  ['127.8.9.10', 'loopback'],
  ['0.0.0.0', 'this host'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.178.1', 'private'],
  ['100.64.0.1', 'a provider’s'],
  ['169.254.169.254', 'where clouds keep credentials'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::7f00:1', 'IPv4 in its oldest form'],
  ['::127.0.0.1', 'the same with dots'],
  ['::ffff:127.0.0.1', 'loopback, mapped'],
  ['::ffff:7f00:1', 'loopback, mapped, in hexadecimal'],
  ['0:0:0:0:0:ffff:a00:1', 'private, mapped, in full'],
  ['0000:0000:0000:0000:0000:FFFF:0A00:0001', 'private, mapped, with all zeros'],
  ['::ffff:0:127.0.0.1', 'translated'],
  ['64:ff9b::7f00:1', 'behind a translator'],
  ['2002:7f00:1::', '6to4'],
  ['2001:0:7f00:1::', 'Teredo'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local with its interface'],
  ['fd00::1', 'private'],
  ['ff02::1', 'multicast'],
  ['[::1]', 'as a URL has it'],
  ['2130706433', 'no address'],
  ['', 'none'],
])('%s is refused: %s', (address) => {
  expect(nothingAllowed?.(address)).toBe(false);
});

it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '[2606:4700::1111]'])(
  '%s is public',
  (address) => {
    expect(nothingAllowed?.(address)).toBe(true);
  },
);

it.each([
  ['http://2130706433/', 'decimal'],
  ['http://0x7f000001/', 'hexadecimal'],
  ['http://0x7f.1/', 'short'],
  ['http://0177.0.0.1/', 'octal'],
  ['http://127.1/', 'short'],
  ['http://[::ffff:127.0.0.1]/', 'mapped'],
  ['http://①②⑦.⓪.⓪.①/', 'other digits'],
])('%s is the loopback of this machine, and refused (%s)', (url) => {
  expect(nothingAllowed?.(new URL(url).hostname)).toBe(false);
});

it('what is listed may be sent to, as an address or a network, and nothing beside it', () => {
  const rule = addressRule({ addresses: ['127.0.0.1', '10.1.0.0/16', 'fd00::/8', '::1'] });
  const answers = ['127.0.0.1', '127.0.0.2', '10.1.9.9', '10.2.0.1', 'fd12::1', 'fe80::1', '::1', '::ffff:10.1.2.3'];
  expect(answers.map((address) => rule?.(address))).toEqual([true, false, true, false, true, false, true, true]);
});

it.each(['localhost', '10.1.0.0/33', '300.1.1.1', '::/129', '::ffff:10.0.0.0/104', '1.2.3'])(
  'the list may not hold %s',
  (address) => {
    expect(addressRule({ addresses: [address] })).toBeNull();
  },
);

it('a name is judged by what it stands for at each look, so one that changes leads nowhere', () => {
  let address = '8.8.8.8';
  const look = ((_name: string, _options: object, found: (error: null, all: unknown[]) => void) => {
    found(null, [
      { address, family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]);
  }) as unknown as NonNullable<Parameters<typeof guardedLookup>[1]>;
  const lookup = guardedLookup((one) => one === '8.8.8.8', look);
  const answers: unknown[] = [];
  const ask = (all: boolean): void => {
    lookup('pos.example', { all }, (error, found) => answers.push(error?.code ?? found));
  };
  ask(true);
  ask(false);
  address = '10.0.0.1';
  ask(true);
  expect(answers).toEqual([[{ address: '8.8.8.8', family: 4 }], '8.8.8.8', 'ADDRESS_REFUSED']);
});
