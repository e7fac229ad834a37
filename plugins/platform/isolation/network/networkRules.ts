// May a plugin connect there? Decided by what its manifest names, what the administrator agreed to, and where the address leads. Pure.
import { isIP } from 'node:net';
import { addressKind, canonicalAddress, isHere, names, type Target, targetName } from '@postroom/sdk/network';

/** What counts for one plugin at the moment. */
export interface NetworkRules {
  /** Questions to the name service, whatever they ask for. */
  readonly dns: boolean;
  /** What the manifest names. */
  readonly asked: readonly Target[];
  /** What the administrator agreed to. */
  readonly agreed: readonly Target[];
}

/** This machine, as far as it decides. */
export interface OwnPlaces {
  readonly addresses: ReadonlySet<string>;
  /** Ports on which this server listens. */
  readonly ports: ReadonlySet<number>;
  readonly dataDir: string;
}

export type NetworkVerdict = 'allowed' | 'not-named' | 'not-agreed' | 'own' | 'never';

/**
 * One address that a host has. `called`: the names by which the plugin knows it, the address itself included.
 */
export function judgeAddress(
  address: string,
  port: number,
  called: readonly string[],
  { asked, agreed }: NetworkRules,
  own: OwnPlaces,
): NetworkVerdict {
  const targets = [...new Set([...called, canonicalAddress(address)])].map((host): Target => ({ kind: 'host', host, port }));
  const isIn = (entries: readonly Target[], which: (entry: Target) => boolean = () => true): boolean =>
    entries.some((entry) => which(entry) && targets.some((target) => names(entry, target)));
  if (!isIn(asked)) return 'not-named';
  const kind = addressKind(address, own.addresses);
  if (kind === 'never') return 'never';
  if (own.ports.has(port) && isHere(address, own.addresses)) return 'own';
  if (kind === 'public') return isIn(asked, isNarrow) || isIn(agreed) ? 'allowed' : 'not-agreed';
  // Control of a name would be control of the address: special ones count by the address alone.
  const isEnough = (entry: Target): boolean => isNarrow(entry) && (kind === 'local' || (entry.kind === 'host' && isIP(entry.host) !== 0));
  return isIn(agreed, isEnough) ? 'allowed' : 'not-agreed';
}

/** What can be said before the name service is asked. `allowed`: it may be asked, and the addresses decide. */
export function judgeName(host: string, port: number, { asked, agreed }: NetworkRules): NetworkVerdict {
  const target: Target = { kind: 'host', host, port };
  const named = asked.filter((entry) => names(entry, target));
  if (named.length === 0) return 'not-named';
  return named.some(isNarrow) || agreed.some((entry) => names(entry, target)) ? 'allowed' : 'not-agreed';
}

export function judgeSocket(path: string, { asked, agreed }: NetworkRules, own: OwnPlaces): NetworkVerdict {
  const target: Target = { kind: 'socket', path };
  if (!asked.some((entry) => names(entry, target))) return 'not-named';
  if (isInData(path, own)) return 'own';
  return agreed.some((entry) => names(entry, target)) ? 'allowed' : 'not-agreed';
}

/** Whether a target is this server itself, as far as can be said without asking the name service: nothing makes that reachable. */
export function isPostroom(target: Target, own: OwnPlaces): boolean {
  if (target.kind === 'socket') return isInData(target.path, own);
  const isAddress = isIP(target.host) !== 0;
  return own.ports.has(target.port) && (target.host === 'localhost' || (isAddress && isHere(target.host, own.addresses)));
}

/** Whether an entry of a manifest is of use only with the administrator's agreement, as far as can be said without asking the name service. */
export function needsAgreement(entry: Target, own: ReadonlySet<string> = new Set()): boolean {
  if (entry.kind === 'socket' || !isNarrow(entry)) return true;
  if (isIP(entry.host) !== 0) return addressKind(entry.host, own) !== 'public';
  return !entry.host.includes('.') || /\.(local|localhost|lan|home|internal|intranet|corp|private|home\.arpa)$/.test(entry.host);
}

/** In the words of who wants to know; `undefined` for what is allowed. */
export function refusalSentence(plugin: string, target: Target, verdict: NetworkVerdict): string | undefined {
  const where = targetName(target);
  const sentences: Readonly<Record<NetworkVerdict, string | undefined>> = {
    allowed: undefined,
    'not-named': `${plugin} may not connect to ${where}: its manifest does not name it in capabilities.network.`,
    'not-agreed': `${plugin} may not connect to ${where} before the administrator agrees: postroom plugins allow ${plugin} ${where}`,
    own: `${plugin} may not connect to ${where}, which is Postroom itself.`,
    never: `${plugin} may not connect to ${where}, which is no address of a single host.`,
  };
  return sentences[verdict];
}

/** `path`: without links on the way, where it may have any. */
export function isInData(path: string, { dataDir }: OwnPlaces): boolean {
  return path === dataDir || path.startsWith(`${dataDir}/`);
}

function isNarrow(entry: Target): boolean {
  return entry.kind === 'socket' || entry.host !== '*';
}
