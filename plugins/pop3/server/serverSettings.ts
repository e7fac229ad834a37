// What the settings say about the server's ports and limits.
import type { ConnectionLimits, PortSecurity, Settings } from '@postroom/sdk';
import type { VisitTerms } from './pop3Desk.js';

/** One entry of `pop3.listen`. Without `host`: every address of the machine. Port 0: a free one. */
export interface ListenEntry {
  readonly host?: string;
  readonly port: number;
  readonly security: PortSecurity;
  /** Load balancers, as networks: each connection of theirs begins with a PROXY header. */
  readonly proxies?: readonly string[];
}

/** Limits that protect the server; read for every new connection, so changes apply to the next one. */
export interface ServerLimits extends ConnectionLimits, Omit<VisitTerms, 'trustsPlaintext'> {}

export function listenEntries(settings: Settings): readonly ListenEntry[] {
  return settings.get<readonly ListenEntry[]>('pop3.listen');
}

export function serverLimits(settings: Settings): ServerLimits {
  return {
    connections: settings.get<number>('pop3.limits.connections'),
    connectionsPerAddress: settings.get<number>('pop3.limits.connectionsPerAddress'),
    connectionsBeforeLogin: settings.get<number>('pop3.limits.connectionsBeforeLogin'),
    badCommands: settings.get<number>('pop3.limits.badCommands'),
    loginMs: settings.get<number>('pop3.timeouts.loginSeconds') * 1000,
    idleMs: settings.get<number>('pop3.timeouts.idleSeconds') * 1000,
  };
}
