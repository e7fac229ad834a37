// What this server calls itself: in Received lines, in greetings, in addresses of bounces, in backups.
import { createServiceId } from './createServiceId.js';

export interface ServerName {
  /** A host name: the setting server.name, else the machine's own. */
  readonly name: string;
}
export const ServerName = createServiceId<ServerName>('ServerName');
