// Small named octets that all servers of a store share: the settings, sealed secrets, certificates, packed plugins.
import type { Disposable } from '../../disposable.js';
import { createServiceId } from '../createServiceId.js';

export interface StoredDocument {
  readonly octets: Uint8Array;
  /** Names this version. Two versions with the same octets may have the same name. */
  readonly version: string;
}

/**
 * Names are paths with slashes, such as `tls/server.pem`: ASCII letters, digits, `.`, `-` and `_`, no empty step and none that begins with a dot, 200 characters at
 * most. Another name rejects with a TypeError.
 */
export interface Documents {
  /**
   * Whether the octets leave this machine, to where its administrator may not be the only one who reads them: what is secret is sealed first, with a key that is
   * not kept here. Where it is false they are files in the data folder, and only the server's user can read them.
   */
  readonly isShared: boolean;
  get(name: string): Promise<StoredDocument | undefined>;
  /** The version that is there, without its octets: to look whether what one has is still the newest. */
  version(name: string): Promise<string | undefined>;
  /**
   * Puts octets (at most 64 MB) in the place of the version that `replaces` names, whole or not at all; `undefined`: where there is none. Resolves with the new version when it
   * survives a power cut; `conflict`, with nothing written, where another version is there. Rejects with `data/not-writable`, `store/full` (as for more octets), `store/failed`,
   * `store/unreachable`, `store/unknown`: then read again.
   */
  put(name: string, octets: Uint8Array, replaces: string | undefined): Promise<{ readonly version: string } | 'conflict'>;
  /** `conflict`, with nothing removed, where another version is there, or none. */
  remove(name: string, replaces: string): Promise<'removed' | 'conflict'>;
  /** Names that begin with `prefix`, in their order. */
  list(prefix: string): Promise<readonly string[]>;
  /** Documents whose names begin with `prefix` may have changed, by anybody, at most a second or two ago. What one writes oneself may be told as well. */
  onDidChange(prefix: string, listener: () => void): Disposable;
}
export const Documents = createServiceId<Documents>('Documents');
