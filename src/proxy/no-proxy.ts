import { BlockList, isIP } from 'node:net';

/**
 * Whether NO_PROXY exempts a URL. Its entries stand between commas or blanks: `*` for everything; a host, which
 * stands for those below it too, with or without `.` or `*.` before it; an address, or a range as `10.0.0.0/8`; each
 * with or without a port.
 */
export function isExempt({ protocol, hostname, port }: URL, noProxy: string): boolean {
  const host = withoutBrackets(hostname).replace(/\.$/, '').toLowerCase();
  const ownPort = port || (protocol === 'https:' ? '443' : '80');
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry === '*' || matches(partsOf(entry), host, ownPort));
}

interface Entry {
  readonly host: string;
  /** Undefined: any. */
  readonly port: string | undefined;
}

/** An IPv6 address with a port stands in brackets; one without may go without them. */
function partsOf(entry: string): Entry {
  const [, host = entry, port] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  return { host: withoutBrackets(host), port };
}

function matches({ host: name, port: onlyPort }: Entry, host: string, port: string): boolean {
  if (onlyPort !== undefined && onlyPort !== port) return false;
  if (isIP(host) !== 0) return isInRange(host, name);
  const domain = name.replace(/^\*?\./, '').replace(/\.$/, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

/** @param range an address, or one with a `/` and the number of bits that count. */
function isInRange(address: string, range: string): boolean {
  const [network = '', bits] = range.split('/');
  const family = isIP(network);
  const most = family === 4 ? 32 : 128;
  const counted = bits === undefined ? most : Number(bits);
  if (family === 0 || bits === '' || !Number.isInteger(counted) || counted < 0 || counted > most)
    return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, counted, type);
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
