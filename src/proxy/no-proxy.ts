import { BlockList, isIP } from 'node:net';

/**
 * True if NO_PROXY exempts a URL. Its entries are separated by commas or blanks: `*` for everything; a host, which
 * includes its subdomains, with or without `.` or `*.` before it; an address, or a range such as `10.0.0.0/8`; each with
 * or without a port.
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
  /** Undefined: any port. */
  readonly port: string | undefined;
}

/** An IPv6 address needs brackets only before a port. */
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

/** @param range an address, or one with `/` and the number of its leading bits. */
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
