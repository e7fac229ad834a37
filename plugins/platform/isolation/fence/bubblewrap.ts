// The arguments of bubblewrap (bwrap(1)): a file system that holds Node, its libraries, the product's code for plugins and the plugin, one folder
// of it to be written to; no network, no other process, no capability. Pure but for looking which of the system's folders are links.
import { readlinkSync } from 'node:fs';
import type { FencedCommand, LaunchCommand } from './fence.js';

/** What Node needs of the system: libraries, certificates, time zones. Those that there are. */
const SYSTEM = [
  ...['/lib', '/lib32', '/lib64', '/usr/lib', '/usr/lib32', '/usr/lib64', '/nix/store', '/gnu/store'],
  ...['/etc/ld.so.cache', '/etc/localtime', '/usr/share/zoneinfo'],
  ...['/etc/ssl/certs', '/etc/ssl/openssl.cnf', '/etc/pki/tls/certs', '/etc/pki/ca-trust/extracted', '/usr/share/ca-certificates'],
  // Debian's own package of Node reads parts of itself from there.
  '/usr/share/nodejs',
];

export interface BubblewrapOptions {
  /** Where bwrap is. */
  readonly bwrap: string;
  /** Without what some containers and older versions refuse: its own /proc, and the ban on namespaces within. */
  readonly plain: boolean;
}

export function bubblewrapCommand(
  { program, args, readable, writable }: FencedCommand,
  { bwrap, plain }: BubblewrapOptions,
): LaunchCommand {
  return {
    program: bwrap,
    args: [
      ...['--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--hostname', 'plugin'],
      ...(plain ? [] : ['--unshare-user', '--disable-userns', '--proc', '/proc']),
      ...SYSTEM.flatMap(systemPlace),
      ...[program, ...readable].flatMap((place) => ['--ro-bind-try', place, place]),
      ...['--bind', writable, writable],
      // What is in no bind lies in memory, and is not writable.
      ...['--remount-ro', '/', '--chdir', writable, '--', program, ...args],
    ],
  };
}

/** A link stays one: the loader finds libraries by the names that they have outside. */
function systemPlace(place: string): readonly string[] {
  try {
    return ['--symlink', readlinkSync(place), place];
  } catch {
    return ['--ro-bind-try', place, place];
  }
}
